// Where the checks find things: in a folder with this one, frames (drawn by web_test.go) and node_modules.
const frameURL = new URL('../frames/', import.meta.url);
const packageURL = new URL('../node_modules/@suncode/scan/dist/', import.meta.url);

async function bytes(url) {
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises');
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: HTTP ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** frame is the URL of a file beside the pictures. */
export const frame = (name) => new URL(name, frameURL);

/** frames are the pictures, each with what `suncode scan --json` says of it. */
export const frames = JSON.parse(new TextDecoder().decode(await bytes(frame('frames.json'))));

/** pixels reads one of the frames. */
export async function pixels({ file, width, height }) {
  return { data: new Uint8ClampedArray(await bytes(frame(file))), width, height };
}

/** engine starts the part of the package that users do not see. */
export async function engine() {
  const { startEngine } = await internal('engine.js');
  const crypto = globalThis.crypto ?? (await import('node:crypto')).webcrypto;
  return startEngine(await WebAssembly.compile(await bytes(new URL('scan.wasm', packageURL))), crypto);
}

/** internal imports a module of the package that is not for users. */
export const internal = (name) => import(new URL(name, packageURL));
