/** The longest edge of a frame that goes to the server, in pixels. */
const sentEdge = 1280;

/** The least time between two frames that go to the server, in milliseconds. */
const sentEvery = 500;

/** A picture of at most so many pixels goes to the server without loss. */
const sentWhole = 2_000_000;

/**
 * openReader gives what reads pictures: the scanner in this browser, or where there is none, the server.
 * Both have local, and read(canvas, live), which gives the codes as POST /suncode/v1/scan has them, or null for a frame
 * that was left out.
 */
export async function openReader(hasEngine) {
  if (hasEngine && typeof WebAssembly === 'object') {
    try {
      const { createScanner } = await import('./engine/browser.js');
      return new LocalReader(await createScanner());
    } catch (error) {
      console.warn('the scanner does not start, so that pictures go to the server:', error);
    }
  }
  return new ServerReader();
}

class LocalReader {
  local = true;
  #scanner;

  constructor(scanner) {
    this.#scanner = scanner;
  }

  read(canvas, live) {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return this.#scanner.read(pixels, { quick: live, newest: live });
  }
}

class ServerReader {
  local = false;
  #last = -Infinity;

  async read(canvas, live) {
    if (live && performance.now() - this.#last < sentEvery) {
      return null;
    }
    this.#last = performance.now();
    const scale = live ? Math.min(1, sentEdge / Math.max(canvas.width, canvas.height)) : 1;
    const codes = await scanPicture(await pack(canvas, scale));
    for (const code of codes) {
      code.corners = code.corners.map(([x, y]) => [x / scale, y / scale]);
    }
    return codes;
  }
}

/** pack is the canvas as a picture file. */
function pack(canvas, scale) {
  let picture = canvas;
  if (scale < 1) {
    picture = document.createElement('canvas');
    picture.width = Math.round(canvas.width * scale);
    picture.height = Math.round(canvas.height * scale);
    picture.getContext('2d').drawImage(canvas, 0, 0, picture.width, picture.height);
  }
  const type = scale === 1 && picture.width * picture.height <= sentWhole ? 'image/png' : 'image/jpeg';
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture cannot be packed'))), type, 0.9);
  });
}

async function scanPicture(blob) {
  const response = await fetch('suncode/v1/scan', { method: 'POST', headers: { 'Content-Type': blob.type }, body: blob });
  const answer = await response.json();
  if (response.ok) {
    return answer.codes;
  }
  if (answer.error?.code === 'no_code') {
    return [];
  }
  throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
}

/** resolve is where a code leads: { target }, { error } with the error's code, or {} for a code of the platform. */
export async function resolve({ ticket, target, error }) {
  if (target || error) {
    return target ? { target } : { error: error.code };
  }
  if (ticket === null) {
    return {};
  }
  try {
    const response = await fetch('suncode/v1/resolve', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ticket }),
    });
    const answer = await response.json();
    return response.ok ? { target: answer } : { error: answer.error.code };
  } catch {
    return { error: 'offline' };
  }
}
