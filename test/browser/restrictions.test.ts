import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { asOwner, decide, signedFor, stateOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, retire, windowOf } from '../support/restriction-people.js';

/** The folder for pictures; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let waiting: Target;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  waiting = await waitingForApproval(engine, 'Answer in two languages');
  // The releases that the bundles of tests name never ran.
  await asOwner(
    engine,
    "update releases r set state = 'SEALED', bundle_digest = b.digest, ended_at = now(), error = null from bundles b where b.release_id = r.id",
  );
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** The day that is so many days from now, as a window writes it. */
const dayFromNow = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00`;

/** A freeze that is there, written in a zone whose clock shows another time than that of the browser. */
const advent = () => {
  const times = { zone: 'Asia/Kolkata', begins: dayFromNow(-2), ends: dayFromNow(60) };
  return windowOf('advent', { kind: 'FREEZE', reason: 'everybody buys', ...times });
};

describe('what closes lanes', () => {
  test('appears on the board, at the product and at the promotion, and goes, without a reload', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    for (const path of ['/lanes', '/products/shop', `/promotions/${waiting.id}`]) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('live', { exact: true }).waitFor();
      const banner = page.getByRole('region', { name: 'Closed lanes' });
      expect(await banner.count()).toBe(0);
      await put(engine, 'dev', advent());
      await banner.getByText(/^Frozen: everybody buys \(advent\); opens \w+ \d+ \w+ \d+, \d\d:\d\d/).waitFor();
      await banner.getByText(/00:00 in Asia\/Kolkata/).waitFor();
      const held = await hold(engine, 'bob', { product: 'shop', lane: 'gold' }, 'checkout errors in gold');
      await banner
        .getByText(/^Held by bob since \d\d:\d\d: checkout errors in gold; until somebody lifts it/)
        .waitFor();
      await banner.getByText('gold of shop', { exact: true }).first().waitFor();
      await banner.getByText(`lane resume shop --lane gold --hold ${held.id} --reason TEXT`).waitFor();
      await picture(page, `closed${path.split('/')[1] ?? ''}`);
      expect(await axeFindings(page)).toEqual([]);
      await retire(engine, 'dev', { kind: 'hold', name: 'shop.gold' });
      await retire(engine, 'dev', { kind: 'window', name: 'advent' });
      await banner.waitFor({ state: 'detached' });
    }
    expect(complaints).toEqual([]);
  });

  test('goes at the instant at which it opens, although nothing happens then', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    const ends = new Date(Date.now() + 8_000);
    const times = { zone: 'UTC', begins: dayFromNow(-2), ends: ends.toISOString().slice(0, 19) };
    await put(engine, 'dev', windowOf('short', { kind: 'FREEZE', reason: 'soon over', lanes: ['gold'], ...times }));
    const banner = page.getByRole('region', { name: 'Closed lanes' });
    await banner.getByText(/^Frozen: soon over \(short\)/).waitFor();
    let asked = 0;
    page.on('request', (request) => (asked += Number(request.url().endsWith('/ListLanes'))));
    await banner.waitFor({ state: 'detached' });
    expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(ends.getTime() / 1_000) * 1_000);
    // Not by asking all the time.
    expect(asked).toBeLessThan(5);
    await retire(engine, 'dev', { kind: 'window', name: 'short' });
  });

  test('is one banner, whatever number of lanes and however hostile its text', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    const evil = '<img src=x onerror=alert(1)>[a](javascript:alert(1))';
    for (const name of ['billing', 'search', 'till'])
      await api.clients('dev').products.registerProduct({ name, repository: `/srv/${name}` });
    await hold(engine, 'dev', {}, `${evil} ${'w'.repeat(300)}`);
    await page.setViewportSize({ width: 390, height: 900 });
    const banner = page.getByRole('region', { name: 'Closed lanes' });
    await banner.getByText('every lane of 4 products').waitFor();
    expect(await banner.getByRole('listitem').count()).toBe(1);
    await banner.getByText(evil, { exact: false }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(
      await page.getByRole('table', { name: 'Lanes of products' }).getByText('held', { exact: true }).count(),
    ).toBe(12);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'closed-390');
    await retire(engine, 'dev', { kind: 'hold', name: '_' });
    await banner.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});

describe('a hold that is signed in the page', () => {
  test('stops a promotion that everybody has approved, until it is lifted in a terminal', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice');
    await page.goto(`${api.url}/products/shop`);
    await page.getByRole('button', { name: 'Stop the line' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop the line' });
    await dialog.getByLabel('What').selectOption('gold');
    await dialog.getByText('lane hold shop --lane gold --reason TEXT').waitFor();
    await dialog.getByLabel(/^Why/).fill('checkout\nerrors');
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'hold-dialog');
    await dialog.getByRole('button', { name: 'Sign: stop the line' }).click();
    await dialog.waitFor({ state: 'detached' });
    const banner = page.getByRole('region', { name: 'Closed lanes' });
    await banner.getByText(/^Held by alice since .*: checkout errors;/).waitFor();

    for (const person of ['alice', 'bob']) await decide(engine, waiting, await signedFor(engine, waiting, person));
    await page.goto(`${api.url}/promotions/${waiting.id}`);
    await page.getByText('QUEUED', { exact: true }).first().waitFor();
    await picture(page, 'held-promotion');
    await banner.getByText(/^Held by alice since .*: checkout errors;/).waitFor();
    expect(await stateOf(engine, waiting.id)).toBe('QUEUED');

    const lifted = await api.lane('alice', 'resume', 'shop', '--lane', 'gold', '--reason', 'repaired', '--yes');
    expect([lifted.code, lifted.stderr]).toEqual([0, expect.stringContaining('checkout errors')]);
    await page.getByText('LIVE', { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('is refused in the words of the server to whoever has said the same already, and what was written stays', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    await hold(engine, 'alice', { product: 'shop' }, 'twice');
    await page.goto(`${api.url}/lanes?q=shop`);
    await page.getByRole('button', { name: /the line of shop/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop the line' });
    await dialog.getByLabel(/^Why/).fill('twice');
    await dialog.getByRole('button', { name: 'Sign: stop the line' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/alice holds every lane of shop for this reason already/i)
      .waitFor();
    expect(await dialog.getByLabel(/^Why/).inputValue()).toBe('twice');
    await retire(engine, 'alice', { kind: 'hold', name: 'shop' });
  });
});
