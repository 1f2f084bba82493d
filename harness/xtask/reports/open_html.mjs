// Opens the HTML report in a real browser and looks at it as a reader does.
//
//   open_html.mjs REPORT.html REPORT.json SCREENSHOT.png
//   open_html.mjs --defects defects.html defects.json SCREENSHOT.png     every check has to find its defect
//
// Prints one TAP line per check; exits 1 when one of them fails.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

import { Checks, launch, openPage } from '../tap/browser.mjs';

const wantDefects = process.argv[2] === '--defects';
const [html, json, screenshot] = process.argv.slice(wantDefects ? 3 : 2);
const checks = new Checks(wantDefects);

const browser = await launch(chromium);
try {
  const page = await openPage(browser, { viewport: { width: 1280, height: 900 } });
  const complaints = [];
  const requests = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  const url = pathToFileURL(html).href;
  await page.goto(url);

  const shown = await page.evaluate(rows);
  const { cases } = JSON.parse(readFileSync(json, 'utf8'));
  const wanted = cases.map(({ id, end, known }) => [id, known ? 'known' : (end.judged?.verdict ?? 'trouble')]);
  const missing = wanted.filter(([id, verdict]) => shown[id] !== verdict);
  checks.expect(`all ${wanted.length} scenarios are shown with their verdicts`, wanted.length > 0 && missing.length === 0, missing);

  await page.screenshot({ path: screenshot });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  checks.expect('nothing sticks out at 1280 px', wider <= 0, wider);

  const closed = await openByKeyboard(page);
  checks.expect('every expander opens by keyboard', closed.length === 0, closed.slice(0, 5));
  checks.expect('the browser has nothing to complain about', complaints.length === 0, complaints);
  checks.expect('nothing is fetched but the file itself', requests.every((request) => request === url), requests);
} finally {
  await browser.close();
}
process.exitCode = checks.end();

// Runs in the page: the verdict that a reader sees beside each scenario's id.
function rows() {
  const seen = (element) => [element.querySelector('.id').innerText, element.querySelector('.verdict').innerText];
  return Object.fromEntries([...document.querySelectorAll('details.case[id] > summary')].map(seen));
}

// Walks each scenario with Tab and presses Enter on every expander that has the focus; returns the ones that stayed
// closed. One scenario is shown at a time: the browser needs minutes to walk the whole page with everything open.
async function openByKeyboard(page) {
  const scenarios = await page.evaluate(() => document.querySelectorAll('details.case').length);
  const closed = scenarios === 0 ? ['the page has no expander'] : [];
  for (let index = 0; index < scenarios; index += 1) {
    const stops = await page.evaluate(showOnly, index);
    for (let stop = 0; stop <= stops; stop += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement.matches('details:not([open]) > summary'))) {
        await page.keyboard.press('Enter');
      }
    }
    closed.push(...(await page.evaluate(stillClosed, index)));
  }
  return closed;
}

// Runs in the page: takes away all but one scenario, closes it, and returns how many stops of Tab it has.
function showOnly(index) {
  window.scenarios ??= [...document.querySelectorAll('details.case')];
  const shown = window.scenarios[index];
  document.querySelector('main').replaceChildren(shown);
  for (const details of [shown, ...shown.querySelectorAll('details')]) details.open = false;
  // A <pre> that scrolls is a stop of its own.
  return shown.querySelectorAll('a[href], button, input, pre, summary, [tabindex]').length;
}

// Runs in the page: the expanders of a scenario that are closed.
function stillClosed(index) {
  const shown = window.scenarios[index];
  const closed = [shown, ...shown.querySelectorAll('details')].filter((details) => !details.open);
  return closed.map((details) => `${shown.id}: ${details.querySelector('summary').textContent}`);
}
