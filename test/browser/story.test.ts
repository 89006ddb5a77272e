import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { shortId } from '../../core/ids.js';
import { approveByTwo, isIn, readyForGold, stateOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

let serial = 0;
let target: Target;
beforeEach(async () => {
  serial += 1;
  target = await waitingForApproval(engine, `on the way ${String(serial)}`);
});

describe('the way through the page alone', () => {
  test('leads from a request to gold and back, with the pointer', async () => {
    // What the rollback goes back to.
    await approveByTwo(engine, target);
    const bundle = await readyForGold(engine, `through the page ${String(serial)}`);
    const { page } = await signInBrowser(api, browser, 'dev');
    await page.goto(`${api.url}/bundles/${bundle}`);
    await page.getByRole('listitem').filter({ hasText: 'gold' }).getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('button', { name: 'Sign: promote' }).click();
    await page.waitForURL(/\/promotions\/[0-9a-f-]{36}/);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    for (const person of ['alice', 'bob']) {
      const approver = await signInBrowser(api, browser, person);
      await approver.page.goto(`${api.url}/inbox`);
      await approver.page.getByRole('button', { name: new RegExp(shortId(bundle)) }).click();
      await approver.page.getByRole('region', { name: new RegExp(shortId(bundle)) }).waitFor();
      await approver.page.getByRole('button', { name: /^Approve/ }).click();
      await approver.page.getByRole('dialog').getByRole('button', { name: 'Sign: approve' }).click();
      await approver.page.getByText('You approved.', { exact: true }).waitFor();
    }
    await isIn(engine, id, 'LIVE');
    await page.getByText('LIVE', { exact: true }).first().waitFor();
    const carol = await signInBrowser(api, browser, 'carol');
    await carol.page.goto(`${api.url}/products/shop`);
    const gold = carol.page.getByRole('listitem').filter({ hasText: 'gold' });
    await gold.getByRole('button', { name: 'Roll back' }).click();
    await carol.page.getByLabel('Why').fill('the story goes back');
    await carol.page.getByRole('button', { name: 'Sign: roll back' }).click();
    await carol.page.waitForURL(/\/promotions\//);
    await isIn(engine, id, 'ROLLED_BACK');
  });

  test('begins on the board: choosing a bundle lights up the lanes that it may enter', async () => {
    const bundle = await readyForGold(engine, `from the board ${String(serial)}`);
    const { page } = await signInBrowser(api, browser, 'dev');
    const row = page.getByRole('row', { name: /shop/ });
    const choose = row.getByRole('button', { name: `promote … Bundle ${shortId(bundle)}` }).first();
    await choose.click();
    await row.getByText('it is live there').first().waitFor();
    await row
      .getByRole('button', { name: `Promote ${shortId(bundle)} here` })
      .last()
      .click();
    await page.getByRole('dialog', { name: 'Promote to gold' }).getByText('What the gates would say now').waitFor();
    await page.keyboard.press('Escape');
    expect(page.url()).toContain(bundle.slice(7));
  });

  test('leads from a request to gold and back, by keyboard alone', async () => {
    // What the rollback goes back to.
    await approveByTwo(engine, target);
    const bundle = await readyForGold(engine, `by keyboard ${String(serial)}`);
    const { page } = await signInBrowser(api, browser, 'dev');
    await search(page, bundle.slice(7, 19), /^bundle/);
    await page.waitForURL(/\/bundles\//);
    await page.getByRole('listitem').filter({ hasText: 'gold' }).getByRole('button', { name: 'Promote' }).waitFor();
    await tabTo(page, 'Promote', ({ disabled }) => disabled !== 'true');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Promote to gold' }).waitFor();
    await tabTo(page, 'Sign: promote');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/promotions\/[0-9a-f-]{36}/);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    for (const person of ['alice', 'bob']) {
      const approver = await signInBrowser(api, browser, person);
      await approver.page.getByRole('heading', { name: 'Lanes' }).waitFor();
      await approver.page.keyboard.press('g');
      await approver.page.keyboard.press('i');
      await approver.page.getByRole('heading', { name: 'Inbox' }).waitFor();
      await approver.page.getByRole('button', { name: new RegExp(shortId(bundle)) }).waitFor();
      await tabTo(approver.page, shortId(bundle));
      await approver.page.keyboard.press('Enter');
      await approver.page.getByRole('region', { name: new RegExp(shortId(bundle)) }).waitFor();
      await approver.page.keyboard.press('a');
      await approver.page.getByRole('dialog').getByRole('button', { name: 'Sign: approve' }).waitFor();
      await tabTo(approver.page, 'Sign: approve');
      await approver.page.keyboard.press('Enter');
      await approver.page.getByText('You approved.', { exact: true }).waitFor();
    }
    await isIn(engine, id, 'LIVE');
    const carol = await signInBrowser(api, browser, 'carol');
    await search(carol.page, 'shop', /^product shop/);
    await carol.page.waitForURL(/\/products\/shop/);
    await carol.page.getByRole('button', { name: 'Roll back' }).first().waitFor();
    // Its other lanes have something to go back to, too: the one that is meant is the last.
    const gold = carol.page.getByRole('listitem').filter({ hasText: 'gold' });
    await gold.getByRole('button', { name: 'Roll back' }).press('Enter');
    await carol.page.getByRole('dialog').getByLabel('Why').waitFor();
    await tabTo(carol.page, '', ({ tag }) => tag === 'TEXTAREA');
    await carol.page.keyboard.type('the story goes back by keyboard');
    await tabTo(carol.page, 'Sign: roll back');
    await carol.page.keyboard.press('Enter');
    await carol.page.waitForURL(/\/promotions\//);
    await isIn(engine, id, 'ROLLED_BACK');
  });

  test('leads to a decision by keyboard alone', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await page.getByText(shortId(target.bundle)).first().waitFor();
    // Others may wait, too: the one of this test is chosen by its row.
    await page.getByRole('button', { name: new RegExp(shortId(target.bundle)) }).press('Enter');
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').focus();
    await page.keyboard.type('say more in the notes');
    await page.keyboard.press('Tab');
    expect((await focused(page)).text).toContain('Sign: request changes');
    await page.keyboard.press('Enter');
    await dialog.getByText('You requested changes.').waitFor();
    // Enter closes it, and the focus is not lost.
    expect((await focused(page)).text).toBe('Done');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect((await focused(page)).tag).not.toBe('BODY');
    await until(async () => (await stateOf(engine, target.id)) === 'GATING', 'the promotion to be held');
  });
});

/** Goes to what the search finds first. */
async function search(page: Page, text: string, name: RegExp): Promise<void> {
  await page.getByRole('heading', { name: 'Lanes' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.getByRole('option', { name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** What has the focus. */
interface Focused {
  readonly tag: string;
  readonly text: string;
  readonly disabled: string | null;
}

function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    interface Element {
      readonly tagName: string;
      readonly textContent: string;
      getAttribute: (name: string) => string | null;
    }
    const { activeElement } = (globalThis as unknown as { document: { activeElement: Element | null } }).document;
    return {
      tag: activeElement?.tagName ?? '',
      text: activeElement?.textContent ?? '',
      disabled: activeElement?.getAttribute('aria-disabled') ?? null,
    };
  });
}

/** Presses Tab until something with this text has the focus. */
async function tabTo(page: Page, text: string, isIt: (focused: Focused) => boolean = () => true): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    const now = await focused(page);
    if (now.text.includes(text) && isIt(now) && now.tag !== 'BODY') return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way with Tab to ${text}`);
}
