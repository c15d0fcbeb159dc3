/** RGBA pixels with straight alpha, row by row from the top left: ImageData is one. */
export interface Picture {
  /** Exactly 4 × width × height bytes. */
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A place in a picture: x to the right and y down, in pixels from its top left corner, to a hundredth. */
export type Corner = [x: number, y: number];

/** A code that was found, as `suncode scan --json` prints it. */
export interface Code {
  /** What a code of the real platform says; null for a code of Suncode. */
  text: string | null;
  /** The ticket of a code of Suncode, base64url without padding; null for a code of the real platform. */
  ticket: string | null;
  /** The number of rays. */
  rays: 36 | 54 | 72;
  /** The type number of the format word. */
  type: number;
  /** The mask's number. */
  mask: number;
  /** How many codewords had to be corrected. */
  corrected: number;
  /** The square around the code, from the corner left of its own top, clockwise. The badge is at the third. */
  corners: [Corner, Corner, Corner, Corner];
}

export interface ScannerOptions {
  /**
   * Where scan.wasm is, when it does not lie beside the module: relative to the page in browsers, a URL or a path in
   * Node.
   */
  wasmURL?: string | URL;
  /** false reads in the calling thread, which stands still meanwhile. */
  worker?: boolean;
}

export interface ReadOptions {
  /** The number of codes after which the search ends; 0, the default, means all. */
  max?: number;
  /**
   * Looks only once, for the frames of a camera, where another one follows soon. Otherwise a picture in which nothing
   * is found is looked at harder and harder, which takes many times as long.
   */
  quick?: boolean;
  /**
   * Milliseconds after which the search ends with what it has found, a little later at most; Infinity, the default, means
   * never. The time that a picture waits for its turn does not count.
   */
  timeout?: number;
  /** A picture that still waits for its turn gives way to a newer one, and its answer is null. */
  newest?: boolean;
}

export interface Scanner {
  /**
   * Finds the codes in a picture: in rows from the top, each from left to right; none is an empty array. Pictures are
   * read one at a time, in the order they come. Leave a picture as it is until its answer is there.
   *
   * @throws {ScanError} as a rejection
   */
  read(picture: Picture, options?: ReadOptions & { newest?: false }): Promise<Code[]>;
  read(picture: Picture, options: ReadOptions): Promise<Code[] | null>;
  /** Stops the worker. Answers that are still awaited, and all later ones, fail with the code 'closed'. */
  close(): void;
}

/** Loads and starts a scanner. */
export function createScanner(options?: ScannerOptions): Promise<Scanner>;

/** Every failure of a scanner. */
export class ScanError extends Error {
  /**
   * - picture: what was to be read is no picture, or too large (64 million pixels), or an option has no meaning
   * - load: scan.wasm or the worker does not load
   * - crashed: the scanner ended unexpectedly; the next read starts a new one
   * - closed: the scanner was closed
   */
  readonly code: 'picture' | 'load' | 'crashed' | 'closed';
}
