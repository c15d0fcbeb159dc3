// Points wx-server-sdk at server, for an environment and with the credentials
// that `suncode cloud deploy` prints. From version 2 on
//   TCB_CONTEXT_CNFG={"URL":"http://127.0.0.1:8080/admin"}
// does the same without a change in the code. A code is then
//   const { buffer } = await cloud.openapi.wxacode.getUnlimited({ scene: 'a=1' });
module.exports = function connect(cloud, server, env) {
  cloud.init({ env, serviceUrl: `${server}/admin` });
};
