// What a check in a real browser begins with: how Chromium is started, and one TAP line per check.

// Chromium as root, without a GPU, and without a request of its own.
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Checks of a page. Where it is one with defects, every check has to find its own.
export class Checks {
  #count = 0;
  #failed = 0;

  constructor(wantDefects) {
    this.wantDefects = wantDefects;
  }

  expect(name, holds, seen) {
    const good = holds !== this.wantDefects;
    this.#count += 1;
    if (!good) this.#failed += 1;
    console.log(`${good ? 'ok' : 'not ok'} ${this.#count} - ${this.wantDefects ? 'finds a defect: ' : ''}${name}`);
    if (!good) console.log(`# seen: ${JSON.stringify(seen)}`);
  }

  // Ends the output, and tells the exit code.
  end() {
    console.log(`1..${this.#count}`);
    return this.#failed === 0 ? 0 : 1;
  }
}
