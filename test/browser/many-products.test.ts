import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser, Page, Route } from 'playwright-core';
import type { Digest } from '../../core/digest.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { fillEvents } from '../support/many-events.js';
import { fillProducts } from '../support/many-products.js';
import { waitingForApproval } from '../support/attack-scene.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let admin: pg.Client;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  admin = new pg.Client({ connectionString: engine.cluster.adminUrl });
  await admin.connect();
  await fillProducts(admin, 1, 900);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await admin.end();
  await api.close();
  await engine.close();
});

/**
 * What axe finds at every one of a few places of a scrolled table. A row half under its head is reported
 * at the place where it is cut, though it can be scrolled into sight; a real finding is there wherever it stands.
 */
async function findingsWhereverScrolled(page: Page): Promise<readonly string[]> {
  let found: readonly string[] = [];
  for (let place = 0; place < 6; place += 1) {
    found = await axeFindings(page);
    if (found.length === 0) return [];
    await page.mouse.wheel(0, -11);
    // The wheel is answered in the frame that follows.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  }
  return found;
}

describe('with nine hundred products', () => {
  test('the board draws what is in sight, and gets to the last of them', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.getByRole('link', { name: 'product-000001' }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    const last = page.getByRole('link', { name: 'product-000900' });
    // What comes into sight is measured, which can move the end.
    await until(async () => {
      await page.keyboard.press('End');
      return last.isVisible();
    }, 'the last product');
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(await findingsWhereverScrolled(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('one is found by a part of its name, and stays found in the address', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('000777');
    await page.getByText('1 match', { exact: true }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.waitForURL(/q=/);
    await page.reload();
    await page.getByText('1 match', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'product-000777' }).waitFor();
  });

  test('the search finds products, bundles and promotions from everywhere, by keyboard alone', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/settings`);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('product-00012');
    await page.getByRole('option', { name: /^product product-000121/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/products\/product-000121/);
    const { lanes } = await api.clients('alice').promotions.listLanes({ product: 'product-000005' });
    const bundle = lanes[0]!.liveBundleDigest;
    await page.keyboard.press('/');
    await page.keyboard.type(bundle.slice(7, 19));
    await page.getByRole('option', { name: /^bundle/ }).click();
    await page.waitForURL(new RegExp(`/bundles/.*${bundle.slice(7)}`));
    await page.keyboard.press('/');
    await page.keyboard.type('nothing like it');
    await page.getByText('No results.').waitFor();
  });

  test('Enter means what will be found, also before the answer is there', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('product-00012');
    await page.getByRole('option', { name: /^product product-000120/ }).waitFor();
    const held: Route[] = [];
    await page.route('**/Search', (route) => void held.push(route));
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    await until(async () => held.length > 0, 'the search to be asked');
    await held[0]!.continue();
    await page.waitForURL(/\/products\/product-000127/);
  });

  test('lane find finds the same', async () => {
    const { stdout } = await api.lane('alice', 'find', 'product-00012');
    expect(stdout.split('\n').filter((line) => line.startsWith('product'))).toHaveLength(8);
    expect(stdout).toMatch(/promotion +.*product-000120 +(gold|silver|bronze)/);
    expect((await api.lane('alice', 'find', 'nothing')).code).toBe(5);
  });
});

describe('with much of one thing', () => {
  test('a promotion with five hundred events stays readable: what is new first, the rest when asked for', async () => {
    const { id } = await waitingForApproval(engine, 'a long story');
    await fillEvents(admin, 500, id);
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/promotions/${id}`);
    const told = page.getByText(/^5\d\d events, \d+ steps of runs/);
    await told.waitFor();
    const rows = page.getByRole('listitem').filter({ hasText: 'QUEUED' });
    expect(await rows.count()).toBeLessThanOrEqual(60);
    await page.getByRole('button', { name: /^Show the \d+ older ones/ }).click();
    await until(async () => (await rows.count()) >= 500, 'all of them');
    // The requests of the run stand between the events, folded where they went well.
    await page
      .getByRole('button', { name: /^Show \d+ (activit|record|update)/ })
      .first()
      .click();
    expect(await page.getByText('done', { exact: true }).count()).toBeGreaterThan(0);
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('an SBOM of five thousand packages is searched and sorted, and those in sight are drawn', async () => {
    const { bundle } = await waitingForApproval(engine, 'many packages');
    const { attestations } = await api.clients('alice').evidence.listEvidence({ bundle });
    const { id = '', checksum = '' } = attestations.find(({ kind }) => kind === 'sbom-spdx') ?? {};
    const packages = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ SPDXID: `p${String(index)}`, name: `package-${String(index).padStart(4, '0')}`, versionInfo: '1.0.0' },
      licenseConcluded: index === 4_321 ? 'LGPL-3.0-only' : 'MIT',
    }));
    // What the page reads is what was signed once; nothing is verified to list what is in it.
    const signed = JSON.parse((await engine.blobs.get(checksum as Digest)).toString('utf8')) as {
      dsseEnvelope: { payload: string };
    };
    const statement = JSON.parse(Buffer.from(signed.dsseEnvelope.payload, 'base64').toString('utf8')) as object;
    signed.dsseEnvelope.payload = Buffer.from(JSON.stringify({ ...statement, predicate: { packages } })).toString(
      'base64',
    );
    const blob = await engine.blobs.put(JSON.stringify(signed));
    await admin.query('begin');
    await admin.query('set local session_replication_role = replica');
    await admin.query('update attestations set checksum = $1 where id = $2', [blob, id]);
    await admin.query('commit');
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/bundles/${bundle}`);
    await page.getByLabel('Artifact whose packages are listed').selectOption({ index: 1 });
    await page.getByText('5000 of 5000 packages').waitFor();
    const table = page.getByRole('table', { name: 'Packages' });
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await table.getByRole('button', { name: 'Package' }).click();
    await table.getByRole('button', { name: 'Package' }).click();
    await table.getByText('package-4999').waitFor();
    expect(await table.getByRole('columnheader', { name: 'Package' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Filter by package or licence').fill('lgpl');
    await page.getByText('1 of 5000 packages').waitFor();
    await table.getByText('package-4321').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
