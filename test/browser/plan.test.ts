import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { asOwner, readyForGold, rowsOf } from '../support/attack-scene.js';
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
let bundle: Digest;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  bundle = await readyForGold(engine, 'Answer in two languages');
  // The releases that the bundles of tests name never ran.
  await asOwner(
    engine,
    "update releases r set state = 'SEALED', bundle_digest = b.digest, ended_at = now(), error = null from bundles b where b.release_id = r.id",
  );
  const day = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00`;
  const times = { zone: 'UTC', begins: day(-1), ends: day(3) };
  await put(engine, 'dev', windowOf('advent', { kind: 'FREEZE', reason: 'everybody buys', ...times }));
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** By how much a page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { documentElement } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document;
    return documentElement.scrollWidth - documentElement.clientWidth;
  });
}

const addressOf = (lane: string, search = '') => `${api.url}/bundles/${bundle}/plan/${lane}${search}`;

const part = (page: Page, name: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name }) });

const goldPromotions = () => rowsOf(engine, "select id from promotions where lane = 'gold'");

describe('the plan of a bundle', () => {
  test('is one step from where it can be promoted, and says what is missing, who can do it, and when the lane opens', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'dev', { key: false, timezoneId: 'UTC' });
    await page.goto(`${api.url}/bundles/${bundle}`);
    await page.getByRole('link', { name: 'plan of gold' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: `Plan of ${shortId(bundle)} of shop to gold` }).waitFor();
    const timeline = part(page, 'What happens, and who can do what is missing');
    await timeline.getByText('needed').first().waitFor();
    await timeline
      .getByText(/alice \(.*\).* can/)
      .first()
      .waitFor();
    await timeline
      .getByText(/everybody buys/)
      .first()
      .waitFor();
    await part(page, 'When it takes the lane')
      .getByText(/^Nobody can say when/)
      .waitFor();
    await timeline.getByText('it takes the lane at the earliest, once all of that is done').waitFor();
    await part(page, 'The queue of the lane').getByText('Nothing has the lane or waits for it.').waitFor();
    await page.getByText(`lane plan ${shortId(bundle)} --to gold`, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('has a time of its own in its address, which a form fills', async () => {
    const { page } = await signInBrowser(api, browser, 'dev', { key: false, timezoneId: 'UTC' });
    await page.goto(addressOf('gold'));
    const at = `${new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10)}T10:00`;
    await page.getByLabel('Not before').fill(at);
    await page.getByLabel('Priority').selectOption('low');
    await page.getByRole('button', { name: 'Plan', exact: true }).press('Enter');
    await page.waitForURL(/priority=low/);
    expect(new URL(page.url()).searchParams.get('at')).toBe(`${at}:00.000Z`);
    await page.getByText(`--at ${at}:00.000Z --priority low`).first().waitFor();
    await page.goto(addressOf('gold', '?at=yesterday%3Cb%3E&priority=now'));
    await page.getByText(`lane plan ${shortId(bundle)} --to gold`, { exact: true }).waitFor();
    await page.goto(addressOf('platinum'));
    await page.getByText('There is no lane platinum').waitFor();
  });

  test('that does not hold any more promotes nothing and says what has changed; the new one does', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'dev', { timezoneId: 'UTC' });
    await page.goto(addressOf('gold'));
    const promote = page.getByRole('button', { name: 'Promote by this plan …' });
    await promote.click();
    const dialog = page.getByRole('dialog', { name: 'Promote to gold by this plan' });
    await dialog.getByRole('button', { name: 'Sign: promote' }).waitFor();
    await hold(engine, 'bob', { product: 'shop', lane: 'gold' }, 'checkout errors');
    await dialog.getByRole('button', { name: 'Sign: promote' }).click();
    const alert = dialog.getByRole('alert');
    await alert.getByText('PLAN_STALE').waitFor();
    await alert
      .getByText(/checkout errors|hold/)
      .first()
      .waitFor();
    await picture(page, 'plan-stale');
    expect(await goldPromotions()).toEqual([]);
    await page.keyboard.press('Escape');
    await part(page, 'What happens, and who can do what is missing')
      .getByText(/checkout errors/)
      .first()
      .waitFor();
    await promote.click();
    await dialog.getByRole('button', { name: 'Sign: promote' }).click();
    await page.waitForURL(/\/promotions\//);
    expect(await goldPromotions()).toHaveLength(1);
    await retire(engine, 'bob', { kind: 'hold', name: 'shop.gold' });
    // What the browser says of an answer that is an error.
    expect(complaints.filter((text) => !text.includes('/Promote'))).toEqual([]);
    await page.goto(addressOf('gold'));
    await page.getByText('a promotion of it is under way').waitFor();
    await page.getByRole('link', { name: 'its promotion' }).waitFor();
  });

  test.each(['light', 'dark'] as const)('is readable in %s colours, wide and on a telephone', async (colorScheme) => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false, colorScheme, timezoneId: 'UTC' });
    for (const width of [1_440, 390])
      for (const lane of ['bronze', 'gold']) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(addressOf(lane));
        await part(page, 'The queue of the lane').waitFor();
        expect([width, lane, await axeFindings(page)]).toEqual([width, lane, []]);
        expect([width, lane, await overhang(page)]).toEqual([width, lane, 0]);
        await picture(page, `plan-${String(width)}-${lane}-${colorScheme}`);
      }
  });
});
