import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { fillProducts } from '../support/many-products.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  const admin = new pg.Client({ connectionString: engine.cluster.adminUrl });
  await admin.connect();
  await fillProducts(admin, 1, 900);
  await admin.end();
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

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
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('one is found by a part of its name, and stays found in the address', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('000777');
    await page.getByText('1 matches').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.waitForURL(/q=/);
    await page.reload();
    await page.getByText('1 matches').waitFor();
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
    await page.getByText('Nothing is named so.').waitFor();
  });

  test('lane find finds the same', async () => {
    const { stdout } = await api.lane('alice', 'find', 'product-00012');
    expect(stdout.split('\n').filter((line) => line.startsWith('product'))).toHaveLength(8);
    expect(stdout).toMatch(/promotion +.*product-000120 +(gold|silver|bronze)/);
    expect((await api.lane('alice', 'find', 'nothing')).code).toBe(5);
  });
});
