import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { digestOfVersion } from '../../core/governance/document.js';
import { shortId } from '../../core/ids.js';
import { startBrowser } from '../support/browser/browser.js';
import { pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, draftAndSubmit, type PolicyDesk, publishedText, signPolicyAct } from '../support/policy-people.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  desk = deskOf(engine, api);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

test('the inbox shows a version that waits while it happens, leads to what it changes, and says that no browser publishes it', async () => {
  const { page, complaints } = await signInBrowser(api, browser, 'carol');
  await page.goto(`${api.url}/inbox`);
  await page.getByText('Nothing waits for you').waitFor();
  const before = await publishedText(desk, 'policy', 'default');
  const document = await draftAndSubmit(desk, before.replace('maxAge: 24h', 'maxAge: 12h'), {
    ...{ kind: 'policy', name: 'default', author: 'dev' },
  });
  const command = `lane policy publish ${shortId(digestOfVersion(document))}`;
  await page.getByRole('heading', { name: 'policy default, version 2' }).waitFor();
  await page.getByText('A key in a browser publishes nothing.').waitFor();
  await page.getByText(command).waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  // The keys that decide about promotions do nothing here.
  await page.keyboard.press('a');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByRole('link', { name: 'what it changes' }).click();
  await page.getByText('+         maxAge: 12h').waitFor();
  await page.goto(`${api.url}/inbox`);
  await page.getByText(command).waitFor();
  await desk.submit({ signedStatement: await signPolicyAct(desk, 'carol', 'publish', document), text: '' });
  await page.getByText('Nothing waits for you').waitFor();
  expect(complaints).toEqual([]);
});

test('a version that another one overtakes leaves the inbox, and its screens say so and what to do', async () => {
  const { page, complaints } = await signInBrowser(api, browser, 'carol');
  const text = await publishedText(desk, 'policy', 'default');
  const of = (author: string) =>
    draftAndSubmit(desk, `${text}# by ${author}\n`, { kind: 'policy', name: 'default', author });
  const [overtaken, next] = [await of('dev'), await of('alice')];
  await page.goto(`${api.url}/inbox`);
  await page.getByText(`lane policy publish ${shortId(digestOfVersion(overtaken))}`).waitFor();
  await desk.submit({ signedStatement: await signPolicyAct(desk, 'carol', 'publish', next), text: '' });
  await page.getByText('Nothing waits for you').waitFor();
  await page.goto(`${api.url}/policies`);
  await page.getByRole('heading', { name: 'Overtaken' }).waitFor();
  await page.getByText('No version is a draft, and none waits to be published.').waitFor();
  await page.goto(`${api.url}/policies/${digestOfVersion(overtaken)}`);
  await page.getByText(`overtaken by version ${String(next.version)}`).waitFor();
  await page.getByText('lane policy apply FILE').waitFor();
  expect(await page.getByText('lane policy publish').count()).toBe(0);
  expect(complaints).toEqual([]);
});
