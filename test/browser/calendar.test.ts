import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, retire, windowOf } from '../support/restriction-people.js';
import { putTransformation } from '../support/transformation-people.js';

/** The folder for pictures; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  for (const name of ['shop', 'till'])
    await api.clients('dev').products.registerProduct({ name, repository: `/srv/${name}` });
  const times = { zone: 'UTC', begins: '2030-12-10T18:00', ends: '2030-12-24T00:00' };
  await put(engine, 'dev', windowOf('advent-freeze', { kind: 'FREEZE', reason: 'everybody buys', ...times }));
  const office = {
    zone: 'UTC',
    begins: '2030-01-02T09:00',
    lasts: 'PT8H',
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH',
  };
  const people = { kind: 'CHANGE', reason: 'people are there', lanes: ['gold'], products: ['shop'] } as const;
  await put(engine, 'dev', windowOf('office-hours', { ...people, ...office }));
  await putTransformation(engine, api, 0, {
    profile: 'scrum',
    milestones: [{ key: 'beta', title: 'Open to everybody', readiness: 'AT_RISK', due: '2030-12-06' }],
    timeboxes: [{ id: 'sprint-9', kind: 'SPRINT', title: 'Sprint 9', starts: '2030-12-02', ends: '2030-12-13' }],
  });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
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

const cellOf = (page: Page, day: string) =>
  page.getByRole('cell').filter({ has: page.getByRole('link', { name: day }) });

describe('the calendar', () => {
  test('shows on each day what is there, and when a lane is closed, and follows what is signed', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false, timezoneId: 'UTC' });
    await page.getByRole('navigation', { name: 'Screens' }).getByText('Calendar').click();
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    await page.goto(`${api.url}/calendar?month=2030-12&product=shop&lane=gold`);
    const first = cellOf(page, 'Tue 10 Dec 2030');
    await first.getByText('closed 00:00 to 09:00, 17:00 to 24:00').waitFor();
    await first.getByText('advent-freeze').waitFor();
    await cellOf(page, 'Wed 11 Dec 2030').getByText('closed all day').waitFor();
    await cellOf(page, 'Fri 6 Dec 2030').getByText('Open to everybody').waitFor();
    await picture(page, 'calendar-month');

    await page.getByRole('link', { name: 'Agenda' }).click();
    const begin = page.getByRole('listitem').filter({ hasText: 'advent-freeze: everybody buys' });
    await begin.getByText('18:00 to Tue 24 Dec 2030, 00:00').first().waitFor();
    await page.getByText('Mon 2 Dec 2030 to Fri 13 Dec 2030').waitFor();
    await picture(page, 'calendar-agenda');
    await page.getByText('every Monday to Thursday 09:00 for 8 hours, UTC').waitFor();

    await retire(engine, 'dev', { kind: 'window', name: 'advent-freeze' });
    await begin.first().waitFor({ state: 'detached' });
    const times = { zone: 'UTC', begins: '2030-12-10T18:00', ends: '2030-12-24T00:00' };
    await put(engine, 'dev', windowOf('advent-freeze', { kind: 'FREEZE', reason: 'everybody buys', ...times }));
    await begin.first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('answers in words whether a promotion takes its lane at a time, and when it does', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false, timezoneId: 'UTC' });
    await page.goto(`${api.url}/calendar?product=shop&lane=gold`);
    await page.getByLabel('Date and time').fill('2030-12-20T10:00');
    await page.getByRole('button', { name: 'Check' }).press('Enter');
    const answer = page.getByRole('status').filter({ hasText: 'a promotion that is ready' });
    await answer.getByText('does not take it').waitFor();
    await answer.getByText(/Freeze: everybody buys \(advent-freeze\)(; outside|\.)/).waitFor();
    await answer.getByText(/It opens Tue 24 Dec 2030, 09:00 UTC/).waitFor();
    await page.getByLabel('Date and time').fill('2030-12-24T10:00');
    await page.getByRole('button', { name: 'Check' }).press('Enter');
    await answer.getByText('takes it', { exact: true }).waitFor();
    await answer.getByText(/It closes Tue 24 Dec 2030, 17:00 UTC/).waitFor();
  });

  test('is subscribed to with an address that is shown once, and ends when somebody ends it', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false, timezoneId: 'UTC' });
    await page.goto(`${api.url}/calendar?product=shop&lane=gold`);
    await page.getByRole('button', { name: 'Subscribe …' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Subscribe to this calendar' });
    await dialog.getByLabel('For').selectOption('30');
    await dialog.getByRole('button', { name: 'Make an address' }).press('Enter');
    const address = await dialog.getByText(/\/calendar\/lkf_default_[\w-]+\.ics$/).innerText();
    const answer = await fetch(address);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'calendar-subscribe');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Subscribe …' }).click();
    await dialog.getByText('gold of shop').first().waitFor();
    expect(await dialog.getByText(/lkf_/).count()).toBe(0);
    await dialog.getByRole('button', { name: /^End/ }).click();
    await dialog.getByRole('button', { name: /^End/ }).waitFor({ state: 'detached' });
    expect((await fetch(address)).status).toBe(404);
    expect(complaints).toEqual([]);
  });

  test('marks what is for some people only, and hatches no day for it', async () => {
    const times = { zone: 'UTC', begins: '2030-12-02T00:00', ends: '2030-12-03T00:00', invokers: ['role:qa'] };
    await put(engine, 'dev', windowOf('audit', { kind: 'FREEZE', reason: 'an audit', products: ['till'], ...times }));
    const { page } = await signInBrowser(api, browser, 'alice', { key: false, timezoneId: 'UTC' });
    await page.goto(`${api.url}/calendar?month=2030-12&product=till&lane=silver`);
    const day = cellOf(page, 'Mon 2 Dec 2030');
    await day.getByText('audit (some)').waitFor();
    await day.getByTitle(/for role:qa alone/).waitFor();
    expect(await day.getByText(/closed/).count()).toBe(0);
    await page.getByText('it holds for some people only').waitFor();
    await picture(page, 'calendar-some');
    await retire(engine, 'dev', { kind: 'window', name: 'audit' });
  });

  test.each(['light', 'dark'] as const)('is readable in %s colours, wide and on a telephone', async (colorScheme) => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false, colorScheme, timezoneId: 'UTC' });
    const held = await hold(engine, 'bob', { product: 'shop' }, `<b>${'checkout errors '.repeat(20)}`);
    for (const width of [1_440, 390])
      for (const view of ['', '&view=agenda']) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`${api.url}/calendar?month=2030-12&product=shop&lane=gold${view}`);
        await page.getByText(`--hold ${held.id}`).waitFor();
        await page.getByText('advent-freeze').first().waitFor({ state: 'attached' });
        expect([width, view, await axeFindings(page)]).toEqual([width, view, []]);
        expect([width, view, await overhang(page)]).toEqual([width, view, 0]);
        await picture(page, `calendar-${String(width)}${view.slice(6)}-${colorScheme}`);
      }
    await retire(engine, 'bob', { kind: 'hold', name: 'shop' });
  });
});
