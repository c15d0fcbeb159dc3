const storeKey = 'suncode.past';

/** The most codes that are kept. */
const most = 50;

/** idOf tells one code from another. */
export function idOf({ ticket, text }) {
  return ticket === null ? `text ${text}` : `ticket ${ticket}`;
}

/** Past is what was read in this session, the newest first. It outlives a reload where the browser lets it. */
export class Past {
  codes = load();

  find(code) {
    return this.codes.find((known) => idOf(known) === idOf(code));
  }

  add({ ticket, text, target, error }) {
    const code = { ticket, text, target, error, at: Date.now() };
    this.codes = [code, ...this.codes.filter((known) => idOf(known) !== idOf(code))].slice(0, most);
    this.#save();
  }

  clear() {
    this.codes = [];
    this.#save();
  }

  #save() {
    try {
      sessionStorage.setItem(storeKey, JSON.stringify(this.codes));
    } catch { /* then it lasts as long as the page */ }
  }
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(storeKey)) ?? [];
  } catch {
    return [];
  }
}
