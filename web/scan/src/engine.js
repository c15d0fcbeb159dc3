import { loadGo } from './go.js';
import { ScanError } from './error.js';

/**
 * startEngine starts package scan in this thread. crypto gives Go its random numbers; Node 18 has none among its
 * globals.
 */
export async function startEngine(module, crypto = globalThis.crypto) {
  let printed = '';
  const { Go, scope } = loadGo(crypto, (text) => { printed += text; });
  const go = new Go();
  go.exit = () => {};
  let instance;
  try {
    instance = await WebAssembly.instantiate(module, go.importObject);
    await Promise.race([go.run(instance), null]); // run comes back when main waits; its promise waits for main's end
  } catch (cause) {
    throw new ScanError('load', `the scanner does not start: ${cause.message}`, { cause });
  }
  if (typeof scope.find !== 'function') {
    throw new ScanError('load', printed.trim() || 'the WebAssembly file is not the scanner');
  }
  return {
    find({ data, width, height }, { max, quick, timeout = Infinity }) {
      const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      let codes, cause;
      try {
        codes = scope.find(pixels, width, height, max, quick, timeout);
      } catch (error) {
        cause = error;
      }
      if (cause || go.exited) {
        throw new ScanError('crashed', `the scanner crashed: ${printed.trim() || cause?.message}`, { cause });
      }
      return codes;
    },
    /** The memory of the WebAssembly instance, which grows to the need of the largest picture and never shrinks. */
    get memoryBytes() {
      return instance.exports.mem.buffer.byteLength;
    },
    close() {},
  };
}
