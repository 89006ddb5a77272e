import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Target, waitingForApproval } from '../support/attack-scene.js';
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
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

const advent = { kind: 'FREEZE', reason: 'everybody buys', zone: 'Asia/Kolkata' } as const;

describe('what closes lanes', () => {
  test('appears on the board, at the product and at the promotion, and goes, without a reload', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    for (const path of ['/lanes', '/products/shop', `/promotions/${waiting.id}`]) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('live', { exact: true }).waitFor();
      const banner = page.getByRole('region', { name: 'Closed lanes' });
      expect(await banner.count()).toBe(0);
      await put(engine, 'dev', windowOf('advent', { ...advent, begins: '2020-12-01T00:00', ends: '2090-12-24T00:00' }));
      await banner
        .getByText(/^Closed by freeze advent \(everybody buys\); opens \w+ \d+ Dec 2090, \d\d:\d\d/)
        .waitFor();
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
});
