import { startEngine } from './engine.js';

/**
 * serve answers a scanner's messages in a worker. The first brings the compiled module; every other brings a
 * picture, whose memory goes back with the answer.
 */
export function serve(post, crypto) {
  let engine;
  return async (message) => {
    try {
      if (message.module) {
        engine = await startEngine(message.module, crypto);
        post({ ready: true });
        return;
      }
      const { pixels, width, height } = message;
      const codes = engine.find({ data: new Uint8Array(pixels), width, height }, message);
      post({ codes, pixels }, [pixels]);
    } catch (error) {
      post({ error: { code: error.code, message: error.message } });
    }
  };
}
