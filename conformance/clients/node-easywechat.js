const { MiniApp } = require('node-easywechat');

// Points node-easywechat at server. A code is then
//   const response = await app.getClient().post('wxa/getwxacodeunlimit', {
//     json: { scene: 'a=1' },
//     responseType: 'arraybuffer',
//   });
//   response.saveAs('code.jpg'); // throws when the answer is an error
module.exports = function connect(server, appid, secret, stable) {
  return new MiniApp({
    app_id: appid,
    secret,
    use_stable_access_token: stable, // tokens of /cgi-bin/stable_token instead of /cgi-bin/token
    http: { baseURL: server },
  });
};
