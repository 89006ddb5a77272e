import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser/browser.js';
import { pageDir, signInBrowser, signInTab } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';

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

/** The names under which this browser holds keys. */
function keysIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const { indexedDB } = globalThis as unknown as {
          indexedDB: { open: (name: string) => Record<string, unknown> };
        };
        const opening = indexedDB.open('keyval-store') as {
          onsuccess: () => void;
          result: { transaction: (name: string) => { objectStore: (name: string) => { getAllKeys: () => never } } };
        };
        opening.onsuccess = () => {
          const asked = opening.result.transaction('keyval').objectStore('keyval').getAllKeys() as unknown as {
            onsuccess: () => void;
            result: string[];
          };
          asked.onsuccess = () => resolve(asked.result.filter((name) => name.startsWith('key/')));
        };
      }),
  );
}

describe('a browser that several people use', () => {
  test('holds no key of whoever has signed out', async () => {
    const { page, context } = await signInBrowser(api, browser, 'alice');
    expect(await keysIn(page)).toEqual(['key/default/alice']);
    await page.goto(`${api.url}/settings`);
    await page.getByRole('button', { name: 'Sign this browser out' }).click();
    await page.waitForURL(/\/sign-in/);
    expect(await keysIn(page)).toEqual([]);
    await signInTab(api, await context.newPage(), 'bob');
    expect(await keysIn(page)).toEqual(['key/default/bob']);
  });

  test('holds none of whoever was there before, however they have left', async () => {
    const { page, context } = await signInBrowser(api, browser, 'alice');
    const { sessions } = await api.clients('alice').sessions.listSessions({});
    for (const { id } of sessions) await api.clients('alice').sessions.endSession({ id });
    await signInTab(api, await context.newPage(), 'bob');
    expect(await keysIn(page)).toEqual(['key/default/bob']);
  });

  test('asks before a link, which anybody can have sent, signs it in as somebody else', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    const theirs = await api.start('bob', 'dashboard', '--print', '--yes', '--no-key');
    await page.goto(theirs.printed);
    await page.getByText('This browser is signed in as alice').waitFor();
    expect(page.url()).not.toContain('#');
    await page.getByRole('button', { name: 'Stay signed in as alice' }).click();
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    await page.getByText('alice', { exact: true }).first().waitFor();
    theirs.interrupt();
    await theirs.ended;
  });

  test('is signed in with the link for whoever says yes, also in a tab that shows how to sign in; their old session ends', async () => {
    const { page } = await signInBrowser(api, browser, 'carol', { key: false });
    await page.goto(`${api.url}/sign-in`);
    const lane = await api.start('carol', 'dashboard', '--print', '--yes', '--no-key');
    // A change of what is behind the # loads nothing anew.
    await page.goto(lane.printed);
    await page.getByRole('button', { name: 'Sign in with the link' }).click();
    expect((await lane.ended).code).toBe(0);
    await page.getByRole('link', { name: 'Go on without it' }).click();
    await page.getByRole('heading', { name: 'Lanes' }).waitFor();
    const { sessions } = await api.clients('carol').sessions.listSessions({});
    expect(sessions.filter(({ principal }) => principal === 'carol')).toHaveLength(1);
  });
});

describe('an address that somebody has made up', () => {
  test.each([
    ['/lanes?q={"a":1}', 'Lanes'],
    ['/lanes?q=[1,2]&waiting="x"&bundle={}', 'Lanes'],
    ['/promotions?product={"a":1}&lane=[]', 'Promotions'],
    ['/inbox?tab={}&case=[3]', 'Inbox'],
    ['/settings?product={"a":1}', 'Settings'],
  ])('shows the screen without what it does not know: %s', async (path, title) => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(api.url + path);
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });
});
