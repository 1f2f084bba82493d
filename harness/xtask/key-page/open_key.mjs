// Opens the page of a plugged key in a real browser, uses it by keyboard as a person does, and has a program wait for it.
//
//   open_key.mjs KEYRIG FOLDER               pictures go to FOLDER
//   open_key.mjs --defects KEYRIG FOLDER     on a page with defects: every check has to find its own
//
// Prints one TAP line per check; exits 1 when one of them fails.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

import { Checks, PATIENCE, launch, openPage } from '../tap/browser.mjs';
import { Host, registration } from './host.mjs';

const wantDefects = process.argv[2] === '--defects';
const [keyrig, pictures] = process.argv.slice(wantDefects ? 3 : 2);
const checks = new Checks(wantDefects);

// How long the page may take to show something, in milliseconds; with defects, much never comes.
const patience = wantDefects ? 3000 : PATIENCE;

// Credentials that are made at once.
const CROWD = 1000;

const folder = mkdtempSync(join(tmpdir(), 'key-'));
const words = ['plug', 'yubikey-5-nfc-5.7', '--link', 'socket:key.hid', '--page', '127.0.0.1:0', '--json'];
const plugged = spawn(keyrig, words, { cwd: folder, env: { ...process.env, XDG_RUNTIME_DIR: folder } });
const ended = once(plugged, 'exit');
const browser = await launch(chromium);
try {
  const told = JSON.parse(await new Promise((line) => createInterface(plugged.stdout).once('line', line)));
  const host = await Host.at(join(folder, 'key.hid'));
  await use(told.page, host);
} finally {
  await browser.close();
  plugged.kill();
  await ended;
}
rmSync(folder, { recursive: true });
process.exit(checks.end());

async function use(url, host) {
  const page = await openPage(browser, { viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  const complaints = [];
  const elsewhere = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => new URL(request.url()).origin !== new URL(url).origin && elsewhere.push(request.url()));
  if (wantDefects) await spoil(page);
  await page.goto(url);
  await page.getByText('AAGUID').waitFor();

  const answer = host.ask(registration('example.org'));
  await page.getByText('Touch the key, for authenticatorMakeCredential').waitFor();
  await picture(page, 'blinking-1280');
  const reached = await pressByKeyboard(page, '#touch');
  const status = await Promise.race([answer, later('no answer')]);
  checks.expect('a touch by keyboard completes a registration that waits for it', reached && status === 0, [reached, status]);

  const line = (text) => page.locator('#log summary', { hasText: text }).first();
  const logged = await comes(line('authenticatorMakeCredential'));
  checks.expect('the log shows the request', logged, await page.locator('#log').innerText());
  // The answer, which is in the log after the program that asked has it.
  if (!wantDefects) await line('CTAP1_ERR_SUCCESS').waitFor();
  await pressByKeyboard(page, '#log summary');
  const fields = await page.locator('#log details[open] .tree .name').allInnerTexts();
  checks.expect('a message opens by keyboard and is taken apart', fields.some((name) => name.startsWith('fmt')), fields);
  await comes(page.locator('#flags li.set').first());
  const flags = await page.locator('#flags li.set').allInnerTexts();
  checks.expect('UP was set and UV was not', flags.length === 1 && flags[0].startsWith('UP'), flags);
  await comes(page.locator('#credentials strong').first());
  const credentials = await page.locator('#credentials strong').allInnerTexts();
  checks.expect('the credential is listed', credentials.join() === 'example.org', credentials);

  const nameless = await page.evaluate(namelessControls);
  checks.expect('every control has a name', nameless.length === 0, nameless);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const faint = await page.evaluate(faintText);
    checks.expect(`text can be read, ${scheme}`, faint.length === 0, faint);
    for (const [width, height] of [[1280, 900], [400, 860]]) {
      await page.setViewportSize({ width, height });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      checks.expect(`nothing sticks out at ${width} px, ${scheme}`, wider <= 0, wider);
      await picture(page, `${scheme}-${width}`);
    }
  }

  await crowd(page, host);
  await overtaken(page, host);

  await pressByKeyboard(page, '#port');
  const out = await comes(page.getByText('It is out of its port.'));
  checks.expect('a key that is pulled out is shown so', out, await page.locator('#asks').innerText());
  checks.expect('the browser has nothing to complain about', complaints.length === 0, complaints);
  checks.expect('nothing is fetched from elsewhere', elsewhere.length === 0, elsewhere);
  if (!wantDefects) await strangers(url);
}

// Many credentials, and names that are HTML where somebody takes them for it.
async function crowd(page, host) {
  await page.evaluate(() => ask('PUT', '/v1/gestures', { gestures: 'always' }));
  const html = '<img src=x onerror="window.owned = true">';
  await host.ask(registration(html, '<b onclick="window.owned = true">bob</b>'));
  const named = await comes(page.getByText(html));
  const strange = await page.locator('#credentials :is(img, b), #log :is(img, b)').count();
  const owned = await page.evaluate(() => window.owned);
  checks.expect('a name that is HTML is text', named && strange === 0 && !owned, [named, strange, owned]);
  for (let number = 1; number < CROWD; number += 1) await host.ask(registration(`${number}.example.org`));
  await page.locator('#count', { hasText: /^1,00[01]$/ }).waitFor();
  const shown = () => page.locator('#credentials strong').allInnerTexts();
  const first = await shown();
  checks.expect('so many credentials are shown as can be looked at', first.length === 50, first.length);
  await picture(page, 'crowd');
  await pressByKeyboard(page, '#later');
  const turned = await comes(page.getByText('51 to 100'));
  const second = await shown();
  checks.expect('a page of them is turned by keyboard', turned && second.length === 50 && !second.some((place) => first.includes(place)), second.slice(0, 3));
}

// An answer that is on its way while the key changes, and comes late.
async function overtaken(page, host) {
  await page.evaluate(() => {
    const showing = show;
    window.counts = [];
    window.show = (view) => {
      window.counts.push(view.status.credentials);
      showing(view);
    };
  });
  const newest = wantDefects ? CROWD + 1 : CROWD + 2;
  const shown = () => page.waitForFunction((count) => window.counts.includes(count), newest);
  let delivered;
  const late = new Promise((done) => { delivered = done; });
  await page.route('**/v1/view', async (route) => {
    const response = await route.fetch();
    await host.ask(registration('newest.example.org'));
    // A page with this defect asks again meanwhile; one without waits for this answer.
    await (wantDefects ? shown() : pause(500));
    await route.fulfill({ response });
    delivered();
  }, { times: 1 });
  await page.evaluate(() => refresh());
  await late;
  await shown();
  if (wantDefects) await page.waitForFunction((count) => window.counts.lastIndexOf(count - 1) > window.counts.indexOf(count), newest);
  const counts = await page.evaluate(() => window.counts);
  const grows = counts.every((count, at) => at === 0 || count >= counts[at - 1]);
  checks.expect('an older answer does not take the place of a newer one', grows, counts);
}

// Whoever is not the page itself gets nothing.
async function strangers(url) {
  const { origin, hash, host } = new URL(url);
  const status = (path, headers) => new Promise((done) => get(`${origin}${path}`, { headers }, (answer) => {
    answer.resume();
    done(answer.statusCode);
  }));
  const authorization = `Bearer ${hash.slice(1)}`;
  const asked = {
    'with the token': await status('/v1/status', { authorization }),
    'without it': await status('/v1/status', {}),
    'by a name that was bound to this address': await status('/v1/status', { authorization, host: 'evil.example' }),
    'from another page': await status('/v1/status', { authorization, origin: 'https://evil.example' }),
    'from itself': await status('/v1/status', { authorization, origin: `http://${host}` }),
  };
  checks.expect('strangers get nothing', Object.values(asked).join() === '200,401,421,403,200', asked);
}

// Moves to a control with Tab alone, and presses Enter.
async function pressByKeyboard(page, selector) {
  await page.evaluate(() => document.activeElement?.blur());
  for (let stop = 0; stop < 600; stop += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) {
      await page.keyboard.press('Enter');
      return true;
    }
  }
  return false;
}

async function picture(page, name) {
  if (!wantDefects) await page.screenshot({ path: join(pictures, `key-${name}.png`), fullPage: true });
}

function later(value) {
  return new Promise((done) => setTimeout(done, patience, value));
}

function pause(time) {
  return new Promise((done) => setTimeout(done, time));
}

// Whether something is shown, sooner or later.
function comes(what) {
  return what.waitFor({ timeout: patience }).then(() => true, () => false);
}

// Runs in the page.
function namelessControls() {
  const named = (one) => one.getAttribute('aria-label')?.trim() || one.innerText?.trim() || one.labels?.[0]?.innerText;
  const controls = [...document.querySelectorAll('button, a, input, select, textarea, summary')];
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `#${id} twice`);
  const groups = [...document.querySelectorAll('[role=group], section')]
    .filter((one) => !one.ariaLabel && !document.getElementById(one.getAttribute('aria-labelledby'))?.textContent);
  return [...controls.filter((one) => !named(one)), ...groups].map((one) => one.outerHTML.slice(0, 120)).concat(twice);
}

// Runs in the page: text whose contrast is below 4.5 to 1 (WCAG 2.2, 1.4.3).
function faintText() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('.unseen, :disabled')) continue;
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 40)}`);
  }
  return faint;
}

// A page with a defect for each check.
async function spoil(page) {
  const change = (path, how) => page.route(path, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: how(await response.text()), headers: { 'content-type': response.headers()['content-type'] } });
  });
  await change('**/', (html) => html
    .replace('aria-label="Touch the key" ', '')
    .replace('id="port"', 'id="port" tabindex="-1"')
    .replace('</main>', '</main><div class="wider">wide</div><p class="faint">faint</p><img alt="" src="http://127.0.0.1:9/elsewhere.png">'));
  await change('**/page.css', (css) => `${css} .wider { width: 200vw; } .faint { color: #999; background: #888; }`);
  await change('**/page.js', (script) => script
    .replace('const AT_ONCE = 50;', 'const AT_ONCE = 60;')
    .replace('looking ??= look()', 'look()')
    .replace('element("strong", { textContent: place })', 'element("strong", { innerHTML: place })')
    .replace('gesture: button.dataset.gesture', 'gesture: "decline"')
    .replace('log.prepend(row(entry))', 'log.prepend(element("li"))'));
}
