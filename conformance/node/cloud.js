// A program of its own that makes cloud calls: reads {sdk, server, env, calls}
// from standard input, prints their outcomes. Without a server the environment
// has to name one.
'use strict';

const make = require('./cloudcalls');
const connect = require('../clients/wx-server-sdk');

const { sdk, server, env, calls } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const cloud = require(sdk);
console.warn = console.error; // both are standard error, whatever the SDK makes of them

if (server) {
  connect(cloud, server, env);
} else {
  cloud.init();
}
make(cloud, calls).then((outcomes) => process.stdout.write(JSON.stringify(outcomes), () => process.exit()));
