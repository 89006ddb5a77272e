import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { asOwner, inPhase, type Target } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { nextVersion, publish } from '../support/policy-people.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { putTransformation } from '../support/transformation-people.js';

/** The folder for `npm run screenshots`; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let target: Target;
/** How often the transformation of the shop was put. */
let revision = 0;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  const bundle = await sealText(engine, 'In the words of a method');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'bronze', 'silver');
  await under('togaf');
  target = await inPhase(engine, 'gold', bundle, 'GATING');
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

async function under(profile: string): Promise<void> {
  await putTransformation(engine, api, revision++, { profile, stage: 'build' });
}

const headings = (page: Page) => page.getByRole('heading', { level: 2 }).allTextContents();

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

describe('the screens of a product', () => {
  test('speak TOGAF under TOGAF, and show first what its profile puts first', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice');
    await page.goto(`${api.url}/products/shop`);
    await page.getByRole('heading', { name: 'Solution Building Blocks in lanes' }).waitFor();
    await page.getByText('TOGAF (profile/togaf@1), named by transformation/checkout').waitFor();
    expect((await headings(page)).filter((text) => text !== 'Roll back').slice(0, 4)).toEqual([
      ...['Architecture project', 'Compliance reviews', 'Waits for people', 'Solution Building Blocks in lanes'],
    ]);
    await page
      .getByText(/going in (?!as a hotfix)/)
      .last()
      .click();
    await page.getByText('signed by one of Architecture Board (release-manager)').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'togaf-product');
    await page.goto(`${api.url}/promotions/${target.id}`);
    await page.getByRole('heading', { name: /^Transition of [0-9a-f]{12} of shop/ }).waitFor();
    await page.getByRole('heading', { name: 'Compliance reviews' }).waitFor();
    await page.getByText(/is waiting for compliance reviews/).waitFor();
    await page
      .getByText(/or for a dispensation/)
      .first()
      .waitFor();
    await picture(page, 'togaf-promotion');
    await page.goto(`${api.url}/bundles/${target.bundle}`);
    await page.getByRole('heading', { name: /^Solution Building Block [0-9a-f]{12} of shop/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('keep our words where they show several products', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/promotions?product=`);
    await page.getByRole('heading', { level: 1, name: 'Promotions' }).waitFor();
  });

  test('show what a rule has read and what it yielded', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    await page.goto(`${api.url}/promotions/${target.id}`);
    const gate = page.getByRole('listitem').filter({ has: page.getByText('live-in-silver', { exact: true }) });
    await gate.getByText('What it rests on').click();
    await gate.getByText('rule: the rule holds').waitFor();
    await gate.getByText('It read one value').waitFor();
    await gate.getByRole('row', { name: 'lanes.silver.wasLive true' }).waitFor();
    await picture(page, 'reads');
    expect(await axeFindings(page)).toEqual([]);
  });

  test('speak Scrum once its transformation does, without being loaded again', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/products/shop`);
    await page.getByRole('heading', { name: 'Solution Building Blocks in lanes' }).waitFor();
    await under('scrum');
    await page.getByRole('heading', { name: 'Increments in lanes' }).waitFor();
    await page.getByRole('heading', { name: 'Definition of Done items' }).waitFor();
    expect((await headings(page))[0]).toBe('Increments in lanes');
  });

  test('show a word that looks like a page as text', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    const word = '<img src=x onerror="window.hacked=1">';
    const text = `apiVersion: lanekeeper.dev/v1
kind: Profile
metadata: { name: hostile }
spec:
  title: '${word}'
  lexicon: { bundle: { one: '${word}', many: '${'w'.repeat(60)}' }, gate: { one: '{{7*7}}', many: '${word}' } }
  roleMap: { owner: { title: '${word}', role: qa } }
  timeboxes: [{ kind: sprint, title: '${word}' }]
  gates: [{ id: asked, type: APPROVAL, approvals: { roles: [owner] } }]
`;
    const desk = { ...engine, submit: (act: object) => api.clients('dev').governance.submitPolicyAct(act) };
    expect((await nextVersion(desk, 'profile', 'hostile', text)).version).toBe(1);
    await publish(desk, text, { kind: 'profile', name: 'hostile' });
    await under('hostile');
    for (const path of ['/products/shop', `/promotions/${target.id}`, `/bundles/${target.bundle}`]) {
      await page.goto(`${api.url}${path}`);
      await page.getByText(word).first().waitFor();
      expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      expect(await page.locator('img').count()).toBe(0);
      expect([path, await overhang(page)]).toEqual([path, 0]);
    }
    expect(complaints).toEqual([]);
  });
});

/** By how much a page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
}
