import { timestampDate } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, retire, windowOf } from '../support/restriction-people.js';
import { putTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
/** The address of a calendar of everything. */
let everything: string;
const nextYear = String(new Date().getUTCFullYear() + 1);
const times = { zone: 'Europe/Berlin', begins: `${nextYear}-02-01T00:00`, ends: `${nextYear}-02-05T00:00` };
const freeze = { kind: 'FREEZE', reason: 'everybody buys', ...times } as const;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  for (const name of ['shop', 'till'])
    await api.clients('dev').products.registerProduct({ name, repository: `/srv/${name}` });
  await put(engine, 'dev', windowOf('advent', freeze));
  const office = { kind: 'CHANGE', reason: 'people are there', zone: 'Europe/Berlin' } as const;
  const weekly = { begins: '2026-01-07T09:00', lasts: 'PT8H', recurrence: 'FREQ=WEEKLY;BYDAY=WE' };
  await put(engine, 'dev', windowOf('office', { ...office, ...weekly, products: ['till'], lanes: ['silver'] }));
  await putTransformation(engine, api, 0, {
    profile: 'scrum',
    milestones: [{ key: 'beta', title: 'Open to all', readiness: 'PLANNED', due: `${nextYear}-02-03` }],
  });
  everything = await subscribe('alice', {});
}, 180_000);
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** Subscribes as a person. @returns the address */
async function subscribe(person: string, about: { product?: string; lane?: Lane; days?: number }): Promise<string> {
  const { path } = await api.clients(person).feeds.createCalendarFeed(about);
  return `${api.url}${path}`;
}

/** The events of an answer as another program reads them. */
async function eventsAt(url: string): Promise<readonly ICAL.Event[]> {
  const calendar = new ICAL.Component(ICAL.parse(await (await fetch(url)).text()) as unknown[]);
  return calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
}

const summariesAt = async (url: string) => (await eventsAt(url)).map(({ summary }) => summary).sort();

describe('a calendar that is subscribed to', () => {
  test('is iCalendar that another program reads, private to whoever has its address', async () => {
    const answer = await fetch(everything);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const events = new Map((await eventsAt(everything)).map((event) => [event.uid, event]));
    expect([...events.keys()].sort()).toEqual([
      'milestone-checkout-beta@default.lanekeeper',
      'window-advent@default.lanekeeper',
      'window-office@default.lanekeeper',
    ]);
    const begins = (uid: string) => events.get(`${uid}@default.lanekeeper`)!.startDate;
    expect(begins('window-advent').toJSDate().toISOString()).toBe(`${nextYear}-01-31T23:00:00.000Z`);
    expect([begins('milestone-checkout-beta').isDate, begins('milestone-checkout-beta').toString()]).toEqual([
      true,
      `${nextYear}-02-03`,
    ]);
    expect(events.get('window-office@default.lanekeeper')!.isRecurring()).toBe(true);
  });

  test('of a product and lane has what may concern them, and nothing else', async () => {
    const url = await subscribe('alice', { product: 'till', lane: Lane.SILVER });
    expect(await summariesAt(url)).toEqual(['Change window: people are there', 'Freeze: everybody buys']);
    const gold = await subscribe('alice', { product: 'till', lane: Lane.GOLD });
    expect(await summariesAt(gold)).toEqual(['Freeze: everybody buys']);
    const unknown = api.clients('alice').feeds.createCalendarFeed({ product: 'unheard-of' });
    expect(domainErrorOf(await unknown.catch((error: unknown) => error))?.code).toBe('UNKNOWN_PRODUCT');
  });

  test('is sent again only when something in it has changed', async () => {
    const etag = (await fetch(everything)).headers.get('etag')!;
    const again = (header: string) => fetch(everything, { headers: { 'if-none-match': header } });
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`]) expect((await again(header)).status).toBe(304);
    const held = await hold(engine, 'bob', { product: 'shop', lane: 'gold' }, 'checkout errors');
    const changed = await again(etag);
    expect(changed.status).toBe(200);
    expect(await summariesAt(everything)).toContain('Hold, until it is lifted: checkout errors');
    const event = (await eventsAt(everything)).find(({ uid }) => uid.startsWith('hold-'))!;
    expect(event.uid).toBe(`hold-shop.gold-${held.id}@default.lanekeeper`);
    // It has not ended, and does not look as if it had.
    expect(event.endDate.toJSDate().getTime()).toBeGreaterThan(Date.now() + 24 * 3_600_000);
    await retire(engine, 'bob', { kind: 'hold', name: 'shop.gold' });
    expect((await again(etag)).status).toBe(304);
  });

  test('keeps the name of an event that is changed, with a greater number, and loses what is over', async () => {
    const find = async () => (await eventsAt(everything)).find(({ uid }) => uid.startsWith('window-moved'));
    await put(engine, 'dev', windowOf('moved', { ...freeze, reason: 'first' }));
    const before = (await find())!;
    await put(engine, 'dev', windowOf('moved', { ...freeze, reason: 'second' }));
    const after = (await find())!;
    expect([before.summary, after.summary]).toEqual(['Freeze: first', 'Freeze: second']);
    expect(after.sequence).toBeGreaterThan(before.sequence);
    await retire(engine, 'dev', { kind: 'window', name: 'moved' });
    expect(await find()).toBeUndefined();
  });

  test('ends when it is told to, when its time is over, and when its person has no role any more, always the same', async () => {
    const bodyOf = async (url: string) => {
      const answer = await fetch(url);
      return [answer.status, await answer.text(), answer.headers.get('content-type'), answer.headers.get('etag')];
    };
    const unknown = await bodyOf(`${api.url}/calendar/lkf_default_${'x'.repeat(43)}.ics`);
    expect(unknown[0]).toBe(404);
    const revoked = await api.clients('bob').feeds.createCalendarFeed({});
    await api.clients('bob').feeds.revokeCalendarFeed({ id: revoked.feed!.id });
    const old = await api.clients('bob').feeds.createCalendarFeed({ days: 1 });
    await asOwner(
      engine,
      "update calendar_feeds set created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days' where id = $1",
      old.feed!.id,
    );
    const removed = await subscribe('bob', {});
    expect((await fetch(removed)).status).toBe(200);
    const [before] = await rowsOf<{ roles: string[] }>(engine, "select roles from principals where name = 'bob'");
    await asOwner(engine, "update principals set roles = '{}' where name = 'bob'");
    for (const url of [`${api.url}${revoked.path}`, `${api.url}${old.path}`, removed])
      expect(await bodyOf(url)).toEqual(unknown);
    await asOwner(engine, "update principals set roles = $1 where name = 'bob'", before!.roles);
    expect((await fetch(removed)).status).toBe(200);
  });

  test('is listed with when it was last used, by whoever has it and by operators', async () => {
    const { feed, path } = await api.clients('alice').feeds.createCalendarFeed({ label: 'phone', lane: Lane.GOLD });
    const listed = async (person: string) =>
      (await api.clients(person).feeds.listCalendarFeeds({})).feeds.find(({ id }) => id === feed!.id);
    expect(await listed('alice')).toMatchObject({ label: 'phone', lane: Lane.GOLD, principal: 'alice' });
    expect((await listed('alice'))!.usedAt).toBeUndefined();
    await fetch(`${api.url}${path}`);
    expect(timestampDate((await listed('alice'))!.usedAt!).getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await listed('carol')).toBeDefined();
    expect(await listed('bob')).toBeUndefined();
    const answer = api.clients('bob').feeds.revokeCalendarFeed({ id: feed!.id });
    expect(domainErrorOf(await answer.catch((error: unknown) => error))?.code).toBe('NOT_FOUND');
    await api.clients('carol').feeds.revokeCalendarFeed({ id: feed!.id });
    expect(await listed('alice')).toBeUndefined();
  });
});

describe('lane calendar', () => {
  test('subscribe prints the address once, feeds lists it without, and unsubscribe ends it', async () => {
    const { code, stdout, stderr } = await api.lane(
      ...(['dev', 'calendar', 'subscribe', '--product', 'till', '--lane', 'silver', '--days', '30'] as const),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${api.url}/calendar/lkf_default_[\\w-]{43}\\.ics$`));
    expect(stderr).toMatch(
      /^calendar [0-9a-f]{8} of silver of till, ends in (?:29|30)d; whoever has this address can read it/,
    );
    const id = /calendar ([0-9a-f]{8}) of silver of till, ends in (?:29|30)d/.exec(stderr)?.[1] ?? '';
    expect(await summariesAt(stdout)).toContain('Change window: people are there');
    const listed = await api.lane('dev', 'calendar', 'feeds');
    expect(listed.stdout).toContain(id);
    expect(listed.stdout).not.toContain('lkf_');
    expect((await api.lane('dev', 'calendar', 'unsubscribe', id)).stderr).toContain('its address shows nothing');
    expect((await fetch(stdout)).status).toBe(404);
    expect((await api.lane('dev', 'calendar', 'feeds')).stdout).not.toContain(id);
  });

  test.each(['0', '367', 'soon', '1.5'])('subscribe --days %s is refused', async (days) => {
    const { code, stderr } = await api.lane('dev', 'calendar', 'subscribe', '--days', days);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is no number from 1 to 366')]);
  });
});
