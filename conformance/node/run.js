// Lets one client make requests of a server: reads a session from standard
// input, prints the outcome of each request. Both are as in clients_test.go.
'use strict';

const WechatAPI = require('co-wechat-api');
const { MiniApp } = require('node-easywechat');
const connectCo = require('../clients/co-wechat-api');
const connectEasy = require('../clients/node-easywechat');

const session = JSON.parse(require('fs').readFileSync(0, 'utf8'));

const clients = {
  'co-wechat-api': co,
  'node-easywechat': () => easy(false),
  'node-easywechat-stable': () => easy(true),
};

// told is the errcode in a text.
function told(text) {
  const found = /"errcode":(-?\d+)/.exec(text);
  return found ? Number(found[1]) : -2;
}

async function co() {
  const { server, appid, secret, token } = session;
  const api = server ? connectCo(server, appid, secret) : new WechatAPI(appid, secret);
  if (token) {
    await api.saveToken(new WechatAPI.AccessToken(token, Date.now() + 3600e3));
  }
  return async (r) => {
    try {
      const picture = await api.getWXACodeUnlimit(r.scene, r.page, r.width, r.auto_color, r.line_color, r.is_hyaline);
      return { picture: picture.toString('base64') };
    } catch (err) {
      return { code: err.code || -2, message: `${err.name}: ${err.message}` };
    }
  };
}

async function easy(stable) {
  const { server, appid, secret, token } = session;
  const app = server
    ? connectEasy(server, appid, secret, stable)
    : new MiniApp({ app_id: appid, secret, use_stable_access_token: stable });
  if (token) {
    await app.getCache().set(app.getAccessToken().getKey(), token, 3600);
  }
  return async (r) => {
    try {
      const response = await app.getClient().post('wxa/getwxacodeunlimit', { json: r, responseType: 'arraybuffer' });
      if (response.is('image')) {
        return { picture: response.getContent().toString('base64') };
      }
      const text = response.getContent().toString();
      return { code: told(text), message: text };
    } catch (err) {
      return { code: told(err.message), message: err.message };
    }
  };
}

(async () => {
  const call = await clients[session.client]();
  const outcomes = [];
  for (const r of session.requests) {
    outcomes.push(await call(r));
  }
  process.stdout.write(JSON.stringify(outcomes));
})();
