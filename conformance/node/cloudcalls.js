// Makes cloud calls, {api, data, camel, raw}, and tells the outcome of each as
// in clients_test.go. camel writes the keys as the API's page does; raw lets
// the SDK leave them as they are.
'use strict';

const camelCase = (data) => Object.fromEntries(
  Object.entries(data).map(([key, value]) => [key.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), value]));

module.exports = async function make(cloud, calls) {
  const outcomes = [];
  for (const { api, data, camel, raw } of calls) {
    const openapi = raw ? cloud.openapi({ convertCase: false }) : cloud.openapi;
    try {
      const { buffer, ...rest } = await openapi.wxacode[api](camel ? camelCase(data) : data);
      outcomes.push({ picture: buffer.toString('base64'), message: JSON.stringify(rest) });
    } catch (err) {
      outcomes.push({ code: err.errCode || -2, message: `${err.errMsg}; ${err.message}` });
    }
  }
  return outcomes;
};
