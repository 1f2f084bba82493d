// What a check in a real browser begins with: how Chromium is started, and one TAP line per check.

// How long anything may take in a browser, in milliseconds: nothing that is checked is about speed.
export const PATIENCE = 180_000;

// Chromium as root, without a GPU, without a request of its own, and without the shared memory that containers have
// little of.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

// Starts the browser that playwright calls chromium.
export function launch(chromium) {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags, timeout: PATIENCE });
}

export async function openPage(browser, options) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PATIENCE);
  return page;
}

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
