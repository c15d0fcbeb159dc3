import { ScanError } from './error.js';
import { compile, openScanner } from './scanner.js';

export { ScanError };

export function createScanner(options) {
  return openScanner({ load, worker, crypto: globalThis.crypto }, options);
}

async function load(wasmURL = new URL('./scan.wasm', import.meta.url)) {
  const url = new URL(wasmURL, globalThis.location?.href);
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new ScanError('load', `${url} cannot be fetched: ${cause.message}`, { cause });
  }
  if (!response.ok) {
    throw new ScanError('load', `${url} cannot be fetched: HTTP ${response.status}`);
  }
  // Only what is served as WebAssembly may be compiled while it arrives.
  const streams = response.headers.get('Content-Type')?.startsWith('application/wasm');
  return compile(url, streams
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes)));
}

function worker() {
  const thread = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return {
    post: (message, transfer) => thread.postMessage(message, transfer),
    listen(message, error) {
      thread.onmessage = (event) => message(event.data);
      thread.onmessageerror = error;
      thread.onerror = error;
    },
    stop: () => thread.terminate(),
  };
}
