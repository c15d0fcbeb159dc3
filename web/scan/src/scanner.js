import { startEngine } from './engine.js';
import { ScanError } from './error.js';
import { startRemote } from './remote.js';

/** The most pixels of a picture, as of the suncode program. */
const maxPixels = 64 << 20;

/**
 * openScanner loads the WebAssembly and starts it. host is what differs between browsers and Node: load(wasmURL)
 * compiles the file, worker() starts a worker, crypto gives random numbers.
 */
export async function openScanner(host, { wasmURL, worker = true } = {}) {
  const module = await host.load(wasmURL);
  const start = () => (worker ? startRemote(host.worker(), module) : startEngine(module, host.crypto));
  return new Scanner(start, await start());
}

/** compile is WebAssembly.compile, or what compiles instead, with an error that names the file. */
export async function compile(url, compiling) {
  try {
    return await compiling;
  } catch (cause) {
    throw new ScanError('load', `${url} is no WebAssembly: ${cause.message}`, { cause });
  }
}

/** Scanner reads one picture at a time; the others wait. */
export class Scanner {
  #start;
  #engine;
  #waiting = [];
  #current = null;
  #closed = false;

  /** start makes an engine, as engine does not outlive a crash. */
  constructor(start, engine) {
    this.#start = start;
    this.#engine = engine;
  }

  read(picture, { max = 0, quick = false, timeout = Infinity, newest = false } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        throw new ScanError('closed', 'the scanner is closed');
      }
      if (newest) {
        this.#skip();
      }
      this.#waiting.push({ picture, max, quick, timeout, newest, resolve, reject });
      this.#next();
    });
  }

  close() {
    this.#closed = true;
    this.#engine?.close();
    const left = this.#current ? [this.#current, ...this.#waiting] : this.#waiting;
    this.#waiting = [];
    for (const job of left) {
      job.reject(new ScanError('closed', 'the scanner was closed'));
    }
  }

  /** skip answers null for what waits and may be replaced by a newer picture. */
  #skip() {
    for (const job of this.#waiting.filter((job) => job.newest)) {
      job.resolve(null);
    }
    this.#waiting = this.#waiting.filter((job) => !job.newest);
  }

  async #next() {
    if (this.#current || this.#waiting.length === 0) {
      return;
    }
    const job = this.#current = this.#waiting.shift();
    try {
      job.resolve(await this.#find(job));
    } catch (error) {
      job.reject(error);
    }
    this.#current = null;
    this.#next();
  }

  async #find(job) {
    checkOptions(job);
    checkPicture(job.picture);
    try {
      this.#engine ??= await this.#start();
      if (this.#closed) {
        this.#engine.close();
      }
      return await this.#engine.find(job.picture, job);
    } catch (error) {
      this.#engine?.close();
      this.#engine = null;
      throw error;
    }
  }
}

function checkOptions({ max, timeout }) {
  if (!Number.isInteger(max) || max < 0) {
    throw new ScanError('picture', 'max is a whole number, 0 for all codes');
  }
  if (typeof timeout !== 'number' || !(timeout >= 0)) {
    throw new ScanError('picture', 'timeout is a number of milliseconds from 0, Infinity for no end');
  }
}

function checkPicture(picture) {
  const { data, width, height } = picture ?? {};
  const kind = Object.prototype.toString.call(data); // instanceof fails for arrays of other frames
  if (kind !== '[object Uint8ClampedArray]' && kind !== '[object Uint8Array]') {
    throw new ScanError('picture', 'a picture is ImageData, or { data, width, height } with RGBA bytes in a Uint8ClampedArray');
  }
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new ScanError('picture', 'the width and height of a picture are whole numbers from 1');
  }
  if (width * height > maxPixels) {
    throw new ScanError('picture', `a picture of ${width}×${height} pixels is larger than 64 million pixels`);
  }
  if (data.length !== 4 * width * height) {
    throw new ScanError('picture', `a picture of ${width}×${height} pixels has ${4 * width * height} bytes, not ${data.length}`);
  }
}
