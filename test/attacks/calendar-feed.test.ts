import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFeedServer } from '../../apps/api/calendar/serve-feed.js';
import { createClients } from '../../apps/cli/connection/clients.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { feedLimits } from '../../core/identity/feed-token.js';
import { openDatabase } from '../../store/database.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { callAs } from '../support/page-session.js';
import { put, windowOf } from '../support/restriction-people.js';
import { addStranger } from '../support/second-tenant.js';

let engine: Engine;
let api: ApiOnEngine;
/** The secret of a calendar, as whoever has found its address knows it. */
let found: string;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  await api.clients('dev').products.registerProduct({ name: 'shop', repository: '/srv/shop' });
  found = secretIn((await api.clients('carol').feeds.createCalendarFeed({})).path);
}, 180_000);
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const secretIn = (path: string) => path.slice('/calendar/'.length, -'.ics'.length);

const statusOf = async (path: string, init: RequestInit = {}) => (await fetch(`${api.url}${path}`, init)).status;

describe('whoever has found the address of a calendar', () => {
  test('reads that calendar, and can call nothing', async () => {
    expect(await statusOf(`/calendar/${found}.ics`)).toBe(200);
    const refusal = await createClients(api.url, found)
      .identity.whoAmI({})
      .catch((error: unknown) => domainErrorOf(error));
    expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const rpc of [
      'IdentityService/WhoAmI',
      'CalendarFeedService/ListCalendarFeeds',
      'RestrictionService/ListCalendar',
    ])
      for (const headers of [{ authorization: `Bearer ${found}` }, { cookie: `lanekeeper=${found}` }])
        expect([rpc, (await callAs(api, `governance.v1.${rpc}`, {}, headers)).status]).toEqual([rpc, 401]);
    const { status } = await callAs(api, 'governance.v1.SessionService/SignIn', { code: found });
    expect(status).toBe(401);
  });

  test('changes nothing by any method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      expect([method, await statusOf(`/calendar/${found}.ics`, { method })]).toEqual([method, 405]);
    expect(await statusOf(`/calendar/${found}.ics`, { method: 'HEAD' })).toBe(200);
  });
});

test.each([
  ['a token of a person', () => '/calendar/lk_default_x.ics'],
  ['the secret of another tenant', () => `/calendar/${found.replace('lkf_default', 'lkf_other')}.ics`],
  ['a tenant that there is none', () => `/calendar/${found.replace('lkf_default', 'lkf_nobody')}.ics`],
  ['a name of a tenant that is none', () => `/calendar/${found.replace('lkf_default', "lkf_a'b")}.ics`],
  ['another end', () => `/calendar/${found}.txt`],
  ['a path that leads on', () => `/calendar/${found}.ics/more`],
  ['the hash that the database has', () => `/calendar/sha256:${'a'.repeat(64)}.ics`],
  ['nothing', () => '/calendar/.ics'],
  ['a long one', () => `/calendar/${'a'.repeat(8_000)}.ics`],
])('%s in the place of a secret shows what an unknown one does', async (_what, path) => {
  const answer = await fetch(`${api.url}${path()}`);
  expect([answer.status, await answer.text()]).toEqual([404, 'there is no such calendar\n']);
});

describe('somebody of another tenant', () => {
  test('subscribes to what is theirs, and ends no calendar of others', async () => {
    await put(
      engine,
      'dev',
      windowOf('ours', {
        kind: 'FREEZE',
        reason: 'a secret',
        zone: 'UTC',
        begins: '2026-01-01T00:00',
        lasts: 'P3000D',
      }),
    );
    const stranger = await addStranger(engine.cluster, 'other', 'mallory');
    const clients = createClients(api.url, stranger.token);
    const { path } = await clients.feeds.createCalendarFeed({});
    const text = await (await fetch(`${api.url}${path}`)).text();
    expect(text).toContain('BEGIN:VCALENDAR');
    expect(text).not.toContain('secret');
    expect((await clients.feeds.listCalendarFeeds({})).feeds).toHaveLength(1);
    const [row] = await rowsOf<{ id: string }>(
      engine,
      "select id from calendar_feeds where tenant_id = 'default' limit 1",
    );
    const refusal = await clients.feeds
      .revokeCalendarFeed({ id: row!.id })
      .catch((error: unknown) => domainErrorOf(error));
    expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('the words of others are values in a calendar, and never lines of it', async () => {
  const reason = 'red, alert; \\n BEGIN:VEVENT UID:forged END:VCALENDAR';
  await put(
    engine,
    'dev',
    windowOf('hostile', { kind: 'FREEZE', reason, zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P3000D' }),
  );
  const text = await (await fetch(`${api.url}/calendar/${found}.ics`)).text();
  const lines = text.split('\r\n');
  expect(lines.every((line) => Buffer.byteLength(line) <= 75 && !/[\n\r\u202e]/.test(line))).toBe(true);
  const count = (line: string) => lines.filter((one) => one === line).length;
  expect([count('BEGIN:VEVENT'), count('END:VEVENT'), count('END:VCALENDAR')]).toEqual([2, 2, 1]);
  expect(lines.filter((line) => line.startsWith('UID:')).every((line) => line.endsWith('@default.lanekeeper'))).toBe(
    true,
  );
});

test('a flood of requests for one calendar is told to wait, and others are read', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => api.clients('alice').feeds.createCalendarFeed({})));
  const statuses: number[] = [];
  for (let count = 0; count < 61; count += 1) statuses.push(await statusOf(one!.path));
  expect(statuses.slice(0, 60).every((status) => status === 200)).toBe(true);
  const { status, headers } = await fetch(`${api.url}${one!.path}`);
  expect([statuses.at(-1), status]).toEqual([429, 429]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await statusOf(other!.path)).toBe(200);
});

test('one person has so many calendars and no more, also when they ask at the same time', async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: feedLimits.feeds + 5 }, () => api.clients('dev').feeds.createCalendarFeed({})),
  );
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(feedLimits.feeds);
  const refused = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [domainErrorOf(answer.reason)?.code] : [],
  );
  expect(new Set(refused)).toEqual(new Set(['LIMIT_EXCEEDED']));
});

describe('the secret of a calendar', () => {
  test('is in no row, and no row of one changes what it is', async () => {
    const tables = await rowsOf<{ name: string }>(
      engine,
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    for (const { name } of tables) {
      const [row] = await rowsOf<{ count: string }>(
        engine,
        `select count(*) from ${name} t where t::text like '%' || $1 || '%'`,
        found.slice(-43),
      );
      expect([name, row!.count]).toEqual([name, 0]);
    }
    const longer = asOwner(engine, "update calendar_feeds set expires_at = expires_at + interval '400 days'");
    await expect(longer).rejects.toThrow();
  });

  test('is told to nobody when the database is away', async () => {
    const reports: unknown[] = [];
    const database = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const serve = createFeedServer({ database, now: () => new Date() }, (error) => void reports.push(error));
    const server = createServer(serve);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${String(port)}/calendar/${found}.ics`);
    const text = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
    expect([answer.status, reports.length]).toEqual([503, 1]);
    const error = reports[0] as Error & { cause?: Error };
    const said = [text, error.message, error.stack, error.cause?.message, JSON.stringify(error)].join(' ');
    expect(said).not.toContain(found.slice(-43));
    await new Promise((resolve) => server.close(resolve));
    await database.close();
  });
});

test('a calendar is ended by an operator, however many newer ones there are', async () => {
  const { feed } = await api.clients('alice').feeds.createCalendarFeed({});
  await asOwner(
    engine,
    `insert into calendar_feeds (tenant_id, id, token_hash, principal, expires_at)
     select 'default', lpad(to_hex(n), 8, '0'), 'sha256:' || encode(sha256(n::text::bytea), 'hex'), 'bob', now() + interval '1 day'
       from generate_series(1, 1001) n`,
  );
  const { feeds } = await api.clients('dev').feeds.listCalendarFeeds({});
  expect(feeds.map(({ id }) => id)).not.toContain(feed!.id);
  expect((await api.clients('dev').feeds.revokeCalendarFeed({ id: feed!.id })).feed?.id).toBe(feed!.id);
});
