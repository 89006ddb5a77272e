import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { approveByTwo, asOwner, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';

/** The folder for pictures; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let live: Digest;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  const target = await waitingForApproval(engine, 'Answer in two languages');
  await approveByTwo(engine, target);
  live = target.bundle;
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
  expect(await axeFindings(page)).toEqual([]);
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

describe('the page', () => {
  test('tells of several change windows in one banner, with their reasons before generated names', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    const name = 'calendar-040000008200e00074c5b7101a82e008-1f2e3d4c5b6a';
    const slots = [
      ['early', 'early releases', '2035-01-01T08:00'],
      [name, 'late releases', '2035-01-02T08:00'],
    ] as const;
    for (const [one, reason, begins] of slots)
      await put(engine, 'dev', windowOf(one, { kind: 'CHANGE', reason, zone: 'UTC', begins, lasts: 'PT9H' }));
    await page.goto(`${api.url}/lanes`);
    const banner = page.getByRole('region', { name: 'Closed lanes' });
    await banner
      .getByText(
        'Outside of its change windows: late releases (calendar-04000000820…), early releases (early); the next opens',
      )
      .waitFor();
    expect(await banner.getByRole('listitem').count()).toBe(1);
    await picture(page, 'closed-change-windows');
    await page.goto(`${api.url}/bundles/${live}`);
    await page
      .getByText(/It would wait: outside of its change windows: .* the next opens 2035-01-01 08:00 UTC/)
      .first()
      .waitFor();
    for (const [one] of slots) await retire(engine, 'dev', { kind: 'window', name: one });
    await banner.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('says whether rollbacks pass a hold where somebody may roll back', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await hold(engine, 'bob', { product: 'shop', lane: 'gold' }, 'checkout errors', ['DEPLOY']);
    await page.goto(`${api.url}/products/shop`);
    await page
      .getByText(/Promotions are stopped and rollbacks are not: bob holds gold of shop: checkout errors/)
      .waitFor();
    await picture(page, 'rollback-under-hold');
    await retire(engine, 'bob', { kind: 'hold', name: 'shop.gold' });
  });

  test('marks a window that is over, and asks about the only product there is without a choice', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    const times = { zone: 'UTC', begins: '2026-01-01T00:00', ends: '2026-01-02T00:00' };
    await put(engine, 'dev', windowOf('past', { kind: 'FREEZE', reason: 'long ago', ...times }));
    await page.goto(`${api.url}/calendar`);
    await page.getByText('freeze, over').waitFor();
    await page.getByText(/^It does not come again · /).waitFor();
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('takes it').first().waitFor();
    await picture(page, 'calendar-over');
  });

  test('says of a bundle that was called back who, why, where it is live and what to do, and why a lane is at risk', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/bundles/${live}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await recall(engine, 'carol', 'shop', live, 'it leaks');
    await page.getByRole('heading', { level: 1 }).getByText('recalled').waitFor();
    await page.getByText(/^Recalled by carol since .*: it leaks/).waitFor();
    await page.getByText('lane rollback shop --lane gold --reason TEXT').waitFor();
    await page.getByText(`lane bundle recall ${shortId(live)} --undo --reason TEXT`).waitFor();
    await picture(page, 'recalled-bundle');
    for (const path of ['/lanes', '/products/shop']) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('Recalled by carol: it leaks').first().waitFor();
      await picture(page, `at-risk${path.replaceAll('/', '-')}`);
    }
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(`${api.url}/bundles/${live}`);
    await page.getByText(/^Recalled by carol since/).waitFor();
    await picture(page, 'recalled-bundle-390');
    expect(complaints).toEqual([]);
  });
});
