// Opens the view of a plugged key in a real terminal (tmux), uses it by keyboard, and has a program wait for the key.
//
//   open_terminal.mjs KEYRIG             prints one TAP line per check; exits 1 when one of them fails
//   open_terminal.mjs --defects KEYRIG   by a person and on a terminal with defects: every check has to find its own

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Host, registration } from './host.mjs';

const wantDefects = process.argv[2] === '--defects';
const keyrig = resolve(process.argv[wantDefects ? 3 : 2]);
const folder = mkdtempSync(join(tmpdir(), 'desk-'));

// How long something may take to come, in milliseconds: nothing here is about speed.
const PATIENCE = 180_000;

let count = 0;
let failed = 0;
function expect(name, holds, seen) {
  const good = holds !== wantDefects;
  count += 1;
  if (!good) failed += 1;
  console.log(`${good ? 'ok' : 'not ok'} ${count} - ${wantDefects ? 'finds a defect: ' : ''}${name}`);
  if (!good) console.log(`# seen: ${JSON.stringify(seen)}`);
}

function tmux(...words) {
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, LANG: 'C.UTF-8' };
  delete env.TMUX;
  return execFileSync('tmux', ['-u', '-S', join(folder, 'tmux.sock'), '-f', '/dev/null', ...words], { env, encoding: 'utf8' });
}

// A terminal of 80 by 24 in which a shell runs these words, says how they ended, and whether the terminal echoes then.
class Terminal {
  constructor(name, words) {
    this.name = name;
    const after = 'echo "ended with $?"; stty -a | tr " ;" "\\n\\n" | grep -qx echo && echo "it echoes"; exec sleep 600';
    tmux('new-session', '-d', '-s', name, '-x', '80', '-y', '24', '-c', folder, 'sh', '-c', `${words}; ${after}`);
  }

  screen(...words) {
    return tmux('capture-pane', '-p', ...words, '-t', this.name);
  }

  // The screen once it holds all of this, or after some time: a screen is drawn in several pieces.
  async until(...patterns) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const screen = this.screen();
      if (patterns.every((pattern) => pattern.test(screen)) || Date.now() > end) return screen;
      await later(50);
    }
  }

  press(...keys) {
    tmux('send-keys', '-t', this.name, ...keys);
  }

  resize(columns, rows) {
    tmux('resize-window', '-t', this.name, '-x', String(columns), '-y', String(rows));
  }

  // Sends a signal to the program that this terminal belongs to.
  signal(name) {
    const shell = tmux('display-message', '-p', '-t', this.name, '#{pane_pid}').trim();
    const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').split(' ');
    if (!child) throw new Error(`nothing runs in the terminal ${this.name}`);
    process.kill(Number(child), `SIG${name}`);
  }
}

function later(time) {
  return new Promise((done) => setTimeout(done, time));
}

const hid = join(folder, 'key.hid');
async function host() {
  for (const end = Date.now() + PATIENCE; !existsSync(hid) && Date.now() < end;) await later(50);
  return Host.at(hid);
}

async function plugged() {
  const defects = `'${keyrig}' plug security-key-nfc-5.7 --gestures decline`;
  const begin = wantDefects ? defects : `NO_COLOR=1 '${keyrig}' plug yubikey-5-nfc-5.7`;
  const terminal = new Terminal('plug', `${begin} --name desk --link socket:key.hid --tui`);
  const names = [/YubiKey 5 NFC · Yubico/, /a25342c0-3cdc-4414-8e46-f4807fca511c/];
  const first = await terminal.until(/It asks nothing/, ...(wantDefects ? [] : names));
  expect('the key and its AAGUID are shown by their names', names.every((name) => name.test(first)), first);
  const program = await host();
  const answer = program.ask(registration('example.org'));
  const asked = await terminal.until(wantDefects ? /OPERATION_DENIED/ : /Touch the key, for\s/);
  expect('what the key asks is shown', /Touch the key, for\s/.test(asked), asked);
  if (!wantDefects) terminal.press('t');
  const status = await Promise.race([answer, later(PATIENCE)]);
  expect('a touch by keyboard completes a registration that waits for it', status === 0, status);
  const credential = /example\.org {2}alice {2}server-side/;
  const sides = [/→ CBOR authenticatorMakeCredential/, /← CBOR CTAP1_ERR_SUCCESS/];
  const listed = await terminal.until(...(wantDefects ? [/OPERATION_DENIED/] : [credential, ...sides]));
  expect('the credential is listed', credential.test(listed), listed);
  expect('the log shows both sides', sides.every((side) => side.test(listed)), listed);
  const colourful = terminal.screen('-e');
  expect('there are no colours where NO_COLOR is set', !/\x1b\[[0-9;]*3[0-8]/.test(colourful), colourful);
  if (!wantDefects) await windows(terminal);
  await attached();
  terminal.press(wantDefects ? 'x' : 'q');
  const left = await terminal.until(wantDefects ? /q unplug$/m : /it echoes/);
  expect('leaving unplugs the key and gives the terminal back', /ended with 0\nit echoes/.test(left) && !existsSync(hid), left);
}

async function windows(terminal) {
  const shows = async (name, ...patterns) => {
    const screen = await terminal.until(...patterns);
    expect(name, patterns.every((pattern) => pattern.test(screen)), screen);
  };
  terminal.press('Enter');
  await shows('a message opens and is taken apart', /fmt \(1\) "packed"/, /Esc closes/);
  terminal.press('Escape');
  await terminal.until(/Credentials 1/, /q unplug$/m);
  terminal.resize(120, 40);
  await shows('a larger window is filled', /^.{101}/, /q unplug$/m);
  terminal.resize(80, 24);
  await shows('a smaller one too', /^ keyrig .* desk\n(.*\n){22} t touch.* q unplug\n$/);
  terminal.press('Tab', 'x');
  await shows('it asks before it deletes', /Delete the credential of alice at example\.org\?/, /y deletes/);
  terminal.press('y');
  await shows('a yes deletes', /Credentials 0/, /None yet/);
}

// Views of the same key in other terminals, which end in every way that there is.
async function attached() {
  const view = (name) => new Terminal(name, `'${keyrig}' key desk`);
  for (const [name, end] of [
    ['Ctrl-C', (terminal) => terminal.press('C-c')],
    ['SIGTERM', (terminal) => terminal.signal(wantDefects ? 'KILL' : 'TERM')],
    ['SIGHUP', (terminal) => terminal.signal(wantDefects ? 'KILL' : 'HUP')],
  ]) {
    const terminal = view(name);
    await terminal.until(/q leave/);
    if (!wantDefects || name !== 'Ctrl-C') end(terminal);
    const screen = await terminal.until(wantDefects ? /q leave|Killed|ended/ : /it echoes/);
    expect(`${name} gives the terminal back`, /ended with 0\nit echoes/.test(screen), screen);
  }
}

// A key that is killed takes the view of it along, and leaves nothing that blocks the next.
async function killed() {
  const words = `'${keyrig}' plug yubikey-5-nfc-5.7 --name other --link socket:other.hid`;
  const key = new Terminal('other', words);
  await key.until(/plugged in/);
  const view = new Terminal('view', `'${keyrig}' key --key other desk`);
  await view.until(/q leave/);
  key.signal(wantDefects ? 'STOP' : 'KILL');
  const gone = wantDefects ? view.screen() : await view.until(/it echoes/);
  expect('a key that is killed ends its view', /failed to show the key other/.test(gone) && /ended with 3\nit echoes/.test(gone), gone);
  if (wantDefects) key.signal('KILL');
  if (wantDefects) return;
  const again = new Terminal('again', words);
  const screen = await again.until(/plugged in|ended/);
  expect('another takes its place', /plugged in/.test(screen), screen);
}

process.on('exit', () => {
  tmux('kill-server');
  // What ran there may not have ended yet.
  rmSync(folder, { recursive: true, force: true, maxRetries: 50 });
});
await plugged();
await killed();
console.log(`1..${count}`);
process.exit(failed === 0 ? 0 : 1);
