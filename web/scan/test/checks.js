// What a scanner must do, in every host. node.test.js runs these in Node, page.html in a browser.
import { ScanError, createScanner } from '@suncode/scan';
import { engine, frame as beside, frames, internal, pixels } from './host.js';

const [first] = frames;

export const checks = {
  async 'reads what the program reads'() {
    const scanner = await createScanner();
    for (const frame of frames) {
      const picture = await pixels(frame);
      like(await scanner.read(picture), frame.codes, frame.name);
      same(picture.data.length, 4 * frame.width * frame.height, `${frame.name}: bytes that are left`);
    }
    scanner.close();
  },

  async 'reads without a worker'() {
    const scanner = await createScanner({ worker: false });
    const frame = frames.find(({ codes }) => codes.length > 1);
    like(await scanner.read(await pixels(frame)), frame.codes, frame.name);
    same((await scanner.read(await pixels(frame), { max: 1 })).length, 1, 'codes with max');
    like(await scanner.read(await pixels(frame), { quick: true }), frame.codes, 'quick');
    scanner.close();
  },

  async 'takes a part of a buffer, and plain bytes'() {
    const scanner = await createScanner();
    const { data, width, height } = await pixels(first);
    const whole = new Uint8Array(data.length + 24);
    whole.set(data, 16);
    like(await scanner.read({ data: whole.subarray(16, 16 + data.length), width, height }), first.codes, first.name);
    scanner.close();
  },

  async 'answers in the order of the questions'() {
    const scanner = await createScanner();
    const order = [];
    await Promise.all(frames.slice(0, 4).map(async (frame, i) => {
      const picture = await pixels(frame);
      await order[i - 1];
      order[i] = scanner.read(picture);
      like(await order[i], frame.codes, frame.name);
    }));
    scanner.close();
  },

  async 'newest lets only the newest wait'() {
    const scanner = await createScanner();
    const picture = await pixels(first);
    const newest = { newest: true };
    const answers = await Promise.all([
      scanner.read(picture, newest), // under way at once
      scanner.read(picture, newest),
      scanner.read(picture), // nothing overtakes this one
      scanner.read(picture, newest),
      scanner.read(picture, newest),
    ]);
    same(answers.map((codes) => codes && codes.length), [1, null, 1, null, 1], 'numbers of codes');
    scanner.close();
  },

  async 'ends with its timeout'() {
    for (const worker of [true, false]) {
      const scanner = await createScanner({ worker });
      const picture = await pixels(first);
      same(await scanner.read(picture, { timeout: 0 }), [], 'codes in no time');
      like(await scanner.read(picture, { timeout: 1e15 }), first.codes, first.name);
      like(await scanner.read(picture, { timeout: Infinity }), first.codes, first.name);
      for (const timeout of [-1, NaN, '5']) {
        await fails(scanner.read(picture, { timeout }), 'picture', 'timeout');
      }
      scanner.close();
    }
  },

  async 'says what is wrong with a picture'() {
    const scanner = await createScanner();
    for (const [picture, say] of [
      [undefined, 'a picture is ImageData'],
      [{ data: [0, 0, 0, 0], width: 1, height: 1 }, 'a picture is ImageData'],
      [{ data: new Float32Array(4), width: 1, height: 1 }, 'a picture is ImageData'],
      [{ data: new Uint8Array(4), width: 1 }, 'whole numbers'],
      [{ data: new Uint8Array(4), width: 0.5, height: 2 }, 'whole numbers'],
      [{ data: new Uint8Array(0), width: 0, height: 5 }, 'whole numbers'],
      [{ data: new Uint8Array(15), width: 2, height: 2 }, '16 bytes, not 15'],
      [{ data: new Uint8Array(4), width: 1 << 16, height: 1 << 16 }, '64 million'],
    ]) {
      await fails(scanner.read(picture), 'picture', say);
    }
    await fails(scanner.read(await pixels(first), { max: -1 }), 'picture', 'max');
    same(await scanner.read({ data: new Uint8Array(4), width: 1, height: 1 }), [], 'codes of one pixel');
    like(await scanner.read(await pixels(first)), first.codes, 'after the errors');
    scanner.close();
  },

  async 'says what is wrong with its file'() {
    for (const options of [{}, { worker: false }]) {
      const missing = beside('missing.wasm');
      await fails(createScanner({ wasmURL: missing, ...options }), 'load', missing.href);
      const other = beside('frames.json');
      await fails(createScanner({ wasmURL: other, ...options }), 'load', `${other.href} is no WebAssembly`);
      const empty = beside('empty.wasm');
      await fails(createScanner({ wasmURL: empty, ...options }), 'load', 'does not start');
    }
  },

  async 'closes'() {
    const picture = await pixels(first);
    for (const worker of [true, false]) {
      const scanner = await createScanner({ worker });
      const waiting = [scanner.read(picture), scanner.read(picture)];
      scanner.close();
      for (const answer of [...waiting, scanner.read(picture)]) {
        await fails(answer, 'closed', 'closed');
      }
      scanner.close();
    }
  },

  async 'starts again after a crash'() {
    const { Scanner } = await internal('scanner.js');
    let started = 0;
    const start = async () => {
      const { find, close } = await engine();
      const max = ++started === 1 ? 'no number' : 0;
      return { find: (picture, options) => find(picture, { ...options, max }), close };
    };
    const scanner = new Scanner(start, await start());
    await fails(scanner.read(await pixels(first)), 'crashed', 'syscall/js: call of Value.Int on string');
    like(await scanner.read(await pixels(first)), first.codes, first.name);
    same(started, 2, 'starts');
  },

  async 'keeps its memory'() {
    const own = await engine();
    const size = frames.filter(({ width }) => width === 640);
    const pictures = await Promise.all(size.map(pixels));
    const read = (times) => {
      for (let i = 0; i < times; i++) {
        own.find(pictures[i % pictures.length], { max: 0, quick: true });
      }
      return own.memoryBytes;
    };
    const before = read(50), after = read(200);
    same(after <= before + (1 << 20), true, `at most 1 MiB more than ${before} bytes, not ${after}`);
  },
};

function same(got, want, what) {
  if (JSON.stringify(got) !== JSON.stringify(want)) {
    throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }
}

/** like compares codes; corners may differ by the rounding of another processor. */
function like(got, want, what) {
  const rest = (codes) => codes.map((code) => ({ ...code, corners: code.corners.length }));
  same(rest(got), rest(want), what);
  const places = (codes) => codes.flatMap(({ corners }) => corners.flat());
  const far = places(got).some((place, i) => Math.abs(place - places(want)[i]) > 0.02);
  same(far ? places(got) : null, far ? places(want) : null, `${what}: corners`);
}

async function fails(promise, code, say) {
  const error = await promise.then(() => null, (error) => error);
  if (!(error instanceof ScanError) || error.code !== code || !error.message.includes(say)) {
    throw new Error(`got ${error} (${error?.code}), want ScanError ${code} with "${say}"`);
  }
}
