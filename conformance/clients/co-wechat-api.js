const WechatAPI = require('co-wechat-api');

// Points co-wechat-api at server. A code is then
//   await api.getWXACodeUnlimit('a=1', 'pages/index/index')
module.exports = function connect(server, appid, secret) {
  const api = new WechatAPI(appid, secret);
  api.prefix = `${server}/cgi-bin/`;
  api.wxaPrefix = `${server}/wxa/`;
  return api;
};
