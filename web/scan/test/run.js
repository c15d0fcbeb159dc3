// The two things that web_test.go asks of a host.
import { createScanner } from '@suncode/scan';
import { frames, pixels } from './host.js';

/** check runs all checks and gives the name and the error of each, null where there is none. */
export async function check() {
  const { checks } = await import('./checks.js');
  const results = [];
  for (const [name, run] of Object.entries(checks)) {
    results.push({ name, error: await run().then(() => null, (error) => String(error.stack ?? error)) });
  }
  return results;
}

/** time gives the milliseconds that a frame takes in a worker, the median of a second. */
export async function time() {
  const scanner = await createScanner();
  const results = [];
  for (const frame of frames) {
    const picture = await pixels(frame);
    for (const quick of [true, false]) {
      await repeat(500, () => scanner.read(picture, { quick })); // until the engine has compiled its best
      const took = await repeat(1000, () => scanner.read(picture, { quick }));
      results.push({ name: `${frame.name}${quick ? ' quick' : ''}`, ms: took.sort((a, b) => a - b)[took.length >> 1] });
    }
  }
  scanner.close();
  return results;
}

/** repeat does something for so many milliseconds, at least once, and gives how many each time took. */
async function repeat(least, something) {
  const took = [];
  for (let start = performance.now(), end = start + least; start < end;) {
    await something();
    took.push(performance.now() - start);
    start = performance.now();
  }
  return took;
}
