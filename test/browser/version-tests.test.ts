import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, type PolicyDesk, publish } from '../support/policy-people.js';
import { shopPolicy, shopTests } from '../support/tested-policies.js';

/** The folder for `npm run screenshots`; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];
const hostile =
  '<img src=x onerror="window.hacked=1"> \u202Egnp.exe {{7*7}} [a](javascript:alert(1)) ' + 'x'.repeat(200);

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  desk = deskOf(engine, api);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** By how much a page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
}

describe('the screen of a version', () => {
  test('shows how many of its tests passed, what was expected and found where one failed, and what was seen of gates', async () => {
    const tests = shopTests({ 'nobody has signed': 'PENDING', 'somebody has': 'PASS', 'nor anybody else': 'PENDING' });
    const { digest } = await publish(desk, shopPolicy(), { name: 'shop', tests });
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/policies/${digest}`);
    const section = page.locator('section', { has: page.getByRole('heading', { name: 'Tests', exact: true }) });
    await section.getByText('2 of 3 cases passed').waitFor();
    await section.getByText('Gate asked, verdict: expected PASS, found PENDING').waitFor();
    await section.getByText('requester.known does not hold').waitFor();
    await section.getByText('requester.known = false').waitFor();
    await section.getByText('nobody has signed').first().waitFor();
    await section.getByText('50 % of its gates and overrides were seen').click();
    await section.getByRole('row', { name: /^asked\s*gold 3 rule passing, PASS, ERROR$/ }).waitFor();
    await section.getByText(`lane policy test ${digest.slice(7, 19)}`).waitFor();
    for (const width of [1_440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await axeFindings(page), await overhang(page)]).toEqual([width, [], 0]);
      await picture(page, `version-tests-${String(width)}`);
    }
    expect(complaints).toEqual([]);
  });

  test('says that a version has none, and how they come to one', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/policies/${encodeURIComponent('policy/default@1')}`);
    await page.getByText('This version has no tests').waitFor();
    await page.getByText('lane policy apply default.yaml').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'version-no-tests');
    await page.goto(`${api.url}/policies/${encodeURIComponent('definition/default@1')}`);
    await page.getByRole('heading', { name: 'Text', exact: true }).waitFor();
    expect(await page.getByRole('heading', { name: 'Tests', exact: true }).count()).toBe(0);
  });

  test('shows a name of a case that looks like a page as text', async () => {
    const tests = shopTests({ [hostile]: 'PASS', [`2${hostile}`]: 'PENDING' }, 'policy: hostile');
    const { digest } = await publish(desk, shopPolicy({ name: 'hostile' }), { name: 'hostile', tests });
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(`${api.url}/policies/${digest}`);
    await page.getByText('1 of 2 cases passed').waitFor();
    await page.getByText('window.hacked=1').first().waitFor();
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    expect(await overhang(page)).toBe(0);
    expect(complaints).toEqual([]);
  });
});
