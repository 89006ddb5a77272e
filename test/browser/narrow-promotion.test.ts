import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { inPhase, type Target } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, publish } from '../support/policy-people.js';
import { policyText } from '../support/rules.js';
import { sealText } from '../support/sealed-bundle.js';
import { putTransformation } from '../support/transformation-people.js';

/** The folder for `npm run screenshots`; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

const longest = 'm'.repeat(63);
const gates = [
  `    - { id: measured, type: COMPLIANCE, metric: { name: ${longest}, atMost: 1, signers: { roles: [qa] } } }`,
  '    - { id: before, type: COMPLIANCE, lanes: [bronze], predecessors: { of: [{ lane: silver }, { lane: gold, product: till }] } }',
  '    - { id: shown, type: DEFINITION_OF_DONE, evidence: { kind: usability, per: bundle, signers: { roles: [qa, developer] } } }',
  `    - { id: told, type: COMPLIANCE, rule: "false", message: "Do: lane evidence attach {bundle} --kind load --value x=${'v'.repeat(300)}" }`,
  '    - { id: accepted, type: COMPLIANCE, rule: "transformation.elements.all(e, e.state != \'REJECTED\')" }',
  '    - { id: two-people, type: APPROVAL, approvals: { count: 2, distinctRoles: true, roles: [product-owner, qa, release-manager] } }',
].join('\n');

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let target: Target;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  await publish(deskOf(engine, api), policyText(gates, '', 'shop'), { name: 'shop' });
  const bundle = await sealText(engine, 'Long commands');
  const artifacts = Array.from({ length: 40 }, (_, index) => ({
    ...({ kind: 'INCREMENT', state: 'ACCEPTED' } as const),
    ...{ key: `increment-${String(index)}`, title: `Increment ${String(index)}` },
  }));
  await putTransformation(engine, api, 0, { profile: 'scrum', artifacts });
  target = await inPhase(engine, 'bronze', bundle, 'GATING');
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function openOn(width: number): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const signedIn = await signInBrowser(api, browser, 'alice', { key: false });
  await signedIn.page.setViewportSize({ width, height: 900 });
  await signedIn.page.goto(`${api.url}/promotions/${target.id}`);
  await signedIn.page.getByText(`--value ${longest}=NUMBER`).first().waitFor();
  return signedIn;
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** The elements that end to the right of the window, with what they say. */
function overhanging(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    interface Box {
      readonly right: number;
      readonly width: number;
    }
    const { document } = globalThis as unknown as {
      document: {
        documentElement: { clientWidth: number; scrollWidth: number };
        querySelectorAll(all: string): Iterable<{ getBoundingClientRect(): Box; textContent: string }>;
      };
    };
    const { clientWidth, scrollWidth } = document.documentElement;
    const wide = [...document.querySelectorAll('main *')].filter((each) => {
      const { right, width } = each.getBoundingClientRect();
      return width > 0 && right > clientWidth + 1;
    });
    return [
      ...(scrollWidth > clientWidth ? [`the page is ${String(scrollWidth)} wide`] : []),
      ...wide.map(({ textContent }) => textContent.slice(0, 80)),
    ];
  });
}

describe('the screen of a promotion on a telephone', () => {
  test('is no wider than it, however long the commands are, and each command is whole', async () => {
    const { page, complaints } = await openOn(390);
    expect(await overhanging(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    const commands = await page.locator('code').allTextContents();
    expect(commands).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`--value ${longest}=NUMBER`),
        expect.stringContaining(`--value x=${'v'.repeat(300)}`),
        `lane promote ${target.bundle.slice(7, 19)} --to silver`,
        'lane promote BUNDLE --to gold',
      ]),
    );
    await picture(page, 'promotion-long-commands-390');
    expect(complaints).toEqual([]);
  });

  test('folds what a rule has read when that is much, and stays as narrow when it is unfolded', async () => {
    const { page } = await openOn(390);
    const gate = page.getByRole('listitem').filter({ has: page.getByText('accepted', { exact: true }) });
    await gate.getByText('What it rests on').click();
    const summary = gate.getByText(/^It read 4\d values$/);
    await summary.waitFor();
    const last = gate.getByRole('row', { name: /elements\[39\]\.state/ });
    expect(await last.isVisible()).toBe(false);
    await picture(page, 'promotion-folded-390');
    await summary.click();
    await last.waitFor();
    expect(await overhanging(page)).toEqual([]);
    await picture(page, 'promotion-unfolded-390');
  });
});
