import { ScanError } from './error.js';

/**
 * startRemote is startEngine in a worker. Pictures are copied into one piece of memory, which travels to the worker
 * and back, so that the caller keeps its picture and a steady stream of frames makes no garbage.
 *
 * worker is what browser.js and node.js make of their kinds of worker: post(message, transfer), listen(message, error)
 * and stop().
 */
export async function startRemote(worker, module) {
  let settle = null; // of the answer that is awaited
  let spare = new ArrayBuffer(0);
  const ask = (message, transfer) => new Promise((resolve, reject) => {
    settle = { resolve, reject };
    worker.post(message, transfer);
  });
  worker.listen(
    (message) => (message.error
      ? settle?.reject(new ScanError(message.error.code ?? 'crashed', message.error.message))
      : settle?.resolve(message)),
    (cause) => settle?.reject(new ScanError('crashed', `the worker failed: ${cause.message ?? 'its script does not load'}`, { cause })),
  );
  try {
    await ask({ module }, []);
  } catch (error) {
    worker.stop();
    throw new ScanError('load', error.message, { cause: error });
  }
  return {
    async find({ data, width, height }, { max, quick, timeout }) {
      if (spare.byteLength !== data.byteLength) {
        spare = new ArrayBuffer(data.byteLength);
      }
      new Uint8Array(spare).set(data);
      const { codes, pixels } = await ask({ pixels: spare, width, height, max, quick, timeout }, [spare]);
      spare = pixels;
      return codes;
    },
    close() {
      worker.stop();
    },
  };
}
