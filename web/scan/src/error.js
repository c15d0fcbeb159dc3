/** ScanError is every failure of a scanner. Its code is 'picture', 'load', 'crashed' or 'closed' (see index.d.ts). */
export class ScanError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = 'ScanError';
    this.code = code;
  }
}
