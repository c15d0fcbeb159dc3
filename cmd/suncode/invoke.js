// Runs a cloud function once, as the cloud does: node invoke.js FOLDER WORK.
//
// WORK/call.json has the event, the context, the user and the name of the file that a picture is to be saved in. What comes of it
// is left in WORK/outcome.json, {"result":…} or {"error":{…}}, with the first buffer of the result in WORK/buffer.
// What the function itself prints is left alone.
'use strict';

const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const path = require('path');
const { pathToFileURL } = require('url');

const [folder, work] = process.argv.slice(2);
const { event, context, user, save } = JSON.parse(fs.readFileSync(path.join(work, 'call.json'), 'utf8'));

// Before version 2 the SDK takes no address from its environment. What it sends to the cloud's hosts goes to the gateway.
const cloudHost = /(^|\.)tcb-(admin|api|open)\.(tencentcloudapi|tencentyun)\.com$/;
const gateway = new URL(JSON.parse(process.env.TCB_CONTEXT_CNFG).URL);
const host = gateway.hostname.replace(/^\[|\]$/g, ''); // [::1] has them only in a URL
const { request: send } = gateway.protocol === 'https:' ? https : http;

function redirect(original) {
  return function request(options, ...rest) {
    if (!options || !cloudHost.test(options.hostname || options.host)) {
      return original.call(this, options, ...rest);
    }
    return send({
      ...options,
      protocol: gateway.protocol,
      host,
      hostname: host,
      servername: net.isIP(host) ? '' : host, // to which the certificate belongs, whatever the Host header says
      port: gateway.port,
      path: options.path.replace(/^[^?]*/, gateway.pathname),
      agent: false,
    }, ...rest);
  };
}
http.request = redirect(http.request);
https.request = redirect(https.request);

// encode is the result as JSON, with the size of a buffer in the place of its bytes.
function encode(result) {
  let buffers = 0;
  const text = JSON.stringify(result, function replace(key, value) {
    const buffer = this[key];
    if (!(buffer instanceof Uint8Array)) {
      return value;
    }
    buffers += 1;
    if (buffers > 1 || !save) {
      return { type: 'Buffer', bytes: buffer.length };
    }
    fs.writeFileSync(path.join(work, 'buffer'), buffer);
    return { type: 'Buffer', bytes: buffer.length, saved: save };
  });
  return text === undefined ? 'null' : text;
}

async function run() {
  if (event && typeof event === 'object' && !Array.isArray(event) && event.userInfo === undefined) {
    event.userInfo = user; // the platform adds it
  }
  const code = await import(pathToFileURL(path.join(folder, 'index.js')).href);
  const main = code.main || (code.default && code.default.main);
  if (typeof main !== 'function') {
    throw new TypeError('index.js has no function exports.main');
  }
  return `{"result":${encode(await main(event, context))}}`;
}

function failure(reason) {
  if (reason instanceof Error) {
    return JSON.stringify({ error: { message: String(reason.message), stack: String(reason.stack) } });
  }
  return JSON.stringify({ error: { message: `it threw ${encode(reason)}`, stack: '' } });
}

run().catch(failure).then((outcome) => {
  fs.writeFileSync(path.join(work, 'outcome.json'), outcome);
  process.exit(0); // whatever timers and connections are left: the cloud freezes them too
});
