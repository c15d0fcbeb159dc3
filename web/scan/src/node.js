import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ScanError } from './error.js';
import { compile, openScanner } from './scanner.js';

export { ScanError };

export function createScanner(options) {
  return openScanner({ load, worker, crypto: webcrypto }, options);
}

/** load takes a URL, or a path from the working directory on. */
async function load(wasmURL = new URL('./scan.wasm', import.meta.url)) {
  const url = new URL(wasmURL, pathToFileURL(`${process.cwd()}/`));
  let bytes;
  try {
    bytes = url.protocol === 'file:' ? await readFile(url) : await download(url);
  } catch (cause) {
    throw new ScanError('load', `${url} cannot be read: ${cause.message}`, { cause });
  }
  return compile(url, WebAssembly.compile(bytes));
}

async function download(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  return response.arrayBuffer();
}

/** worker starts a thread that keeps the process alive only while it has something to do. */
function worker() {
  const thread = new Worker(new URL('./node-worker.js', import.meta.url));
  return {
    post(message, transfer) {
      thread.ref();
      thread.postMessage(message, transfer);
    },
    listen(message, error) {
      thread.on('message', (answer) => {
        thread.unref();
        message(answer);
      });
      thread.on('messageerror', error);
      thread.on('error', error);
    },
    stop: () => thread.terminate(),
  };
}
