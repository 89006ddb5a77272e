import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CalendarEntry, CalendarEntryKind } from '#gen/governance/v1/calendar_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { ClosureKind, WindowAction } from '#gen/governance/v1/restriction_pb.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, retire, windowOf } from '../support/restriction-people.js';
import { putTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  for (const name of ['shop', 'till'])
    await api.clients('dev').products.registerProduct({ name, repository: `/srv/${name}` });
}, 180_000);
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const times = { zone: 'Europe/Berlin', begins: '2030-12-01T00:00', ends: '2030-12-24T00:00' };
const freeze = { kind: 'FREEZE', reason: 'everybody buys', ...times } as const;
const day = (text: string) => timestampFromDate(new Date(text));

/** What the calendar says of a time, as one line each. */
async function linesOf(from: string, to: string, about: { product?: string; lane?: Lane } = {}) {
  const asked = { product: '', lane: Lane.UNSPECIFIED, ...about, from: day(from), to: day(to) };
  const { entries } = await api.clients('alice').restrictions.listCalendar(asked);
  return entries.map(lineOf);
}

function lineOf({ kind, name, key, title, owner, from, to }: CalendarEntry): string {
  const [begins, ends] = [from, to].map((one) => one && timestampDate(one).toISOString().slice(0, 16));
  return [CalendarEntryKind[kind], [name, key].filter(Boolean).join('/'), title, owner, begins, ends ?? '…'].join(' ');
}

describe('the calendar', () => {
  test('has windows, holds, milestones and timeboxes in the order in which they begin', async () => {
    await put(engine, 'dev', windowOf('advent', freeze));
    const held = await hold(engine, 'bob', { product: 'shop', lane: 'gold' }, 'checkout errors');
    const office = { kind: 'CHANGE', reason: 'people are there', zone: 'UTC', begins: '2030-01-02T09:00' } as const;
    const weekly = { ...office, lasts: 'PT8H', recurrence: 'FREQ=WEEKLY;BYDAY=WE' };
    await put(engine, 'dev', windowOf('office', { ...weekly, products: ['till'], lanes: ['silver'] }));
    await putTransformation(engine, api, 0, {
      profile: 'scrum',
      milestones: [{ key: 'beta', title: 'Open to everybody', readiness: 'AT_RISK', due: '2030-12-06' }],
      timeboxes: [{ id: 'sprint-9', kind: 'SPRINT', title: 'Sprint 9', starts: '2030-12-02', ends: '2030-12-13' }],
    });
    const since = held.since.slice(0, 16);
    expect(await linesOf('2030-11-30T00:00Z', '2030-12-12T00:00Z')).toEqual([
      `HOLD shop.gold/${held.id} checkout errors bob ${since} …`,
      'FREEZE advent everybody buys dev 2030-11-30T23:00 2030-12-12T00:00',
      'TIMEBOX checkout/sprint-9 Sprint 9 dev 2030-12-02T00:00 2030-12-14T00:00',
      'CHANGE office people are there dev 2030-12-04T09:00 2030-12-04T17:00',
      'MILESTONE checkout/beta Open to everybody dev 2030-12-06T00:00 2030-12-07T00:00',
      'CHANGE office people are there dev 2030-12-11T09:00 2030-12-11T17:00',
    ]);
    expect(await linesOf('2030-12-24T00:00Z', '2030-12-25T00:00Z', { product: 'till' })).toEqual([]);
    const ofGold = await linesOf('2030-12-04T00:00Z', '2030-12-05T00:00Z', { product: 'till', lane: Lane.GOLD });
    expect(ofGold).toEqual(['FREEZE advent everybody buys dev 2030-12-04T00:00 2030-12-05T00:00']);
    await retire(engine, 'dev', { kind: 'hold', name: 'shop.gold' });
    expect((await linesOf('2030-12-04T00:00Z', '2030-12-05T00:00Z')).join()).not.toContain('HOLD');
  });

  test('is bounded, and says that there is more', async () => {
    const names = ['three', 'six', 'nine'].map((hour, index) => [hour, `2029-01-01T0${String(index * 3)}:00`] as const);
    for (const [name, begins] of names) {
      const daily = { zone: 'UTC', begins, lasts: 'PT1M', recurrence: 'FREQ=DAILY' };
      await put(engine, 'dev', windowOf(name, { kind: 'FREEZE', reason: 'daily', ...daily }));
    }
    const asked = { from: day('2031-01-01T00:00Z'), to: day('2032-01-01T00:00Z') };
    const { entries, more } = await api.clients('alice').restrictions.listCalendar(asked);
    expect([entries.length, more]).toEqual([1_000, true]);
    const begins = entries.map(({ from }) => timestampDate(from!).getTime());
    expect(begins).toEqual([...begins].sort((a, b) => a - b));
    for (const [name] of names) await retire(engine, 'dev', { kind: 'window', name });
  });

  test.each([
    ['an end before the begin', '2030-01-02T00:00Z', '2030-01-01T00:00Z', 'name a begin that is before the end'],
    ['more than 400 days', '2030-01-01T00:00Z', '2031-03-01T00:00Z', 'ask for less at a time'],
  ])('refuses %s', async (_what, from, to, next) => {
    const answer = api.clients('alice').restrictions.listCalendar({ from: day(from), to: day(to) });
    await expect(answer.catch((error: unknown) => domainErrorOf(error))).resolves.toMatchObject({
      code: 'INVALID_INPUT',
      next,
    });
  });

  test('leaves out what is no day, and nothing else with it', async () => {
    const dates = ['0000-01-01', '1969-12-31', '9999-12-31', '2030-05-01'];
    await putTransformation(engine, api, 1, {
      profile: 'scrum',
      milestones: dates.map((due, index) => ({ key: `m${String(index)}`, title: due, readiness: 'PLANNED', due })),
      timeboxes: [{ id: 'endless', kind: 'PI', title: 'Endless', starts: '0000-01-01', ends: '9999-12-31' }],
    });
    expect(await linesOf('2030-05-01T00:00Z', '2030-05-02T00:00Z', { lane: Lane.GOLD })).toEqual([
      'MILESTONE checkout/m3 2030-05-01 dev 2030-05-01T00:00 2030-05-02T00:00',
    ]);
  });
});

test('what closes a lane says until when it does by itself, and in which zone it was written', async () => {
  await hold(engine, 'bob', { product: 'shop' }, 'the database is full', ['DEPLOY', 'ROLLBACK']);
  const asked = { product: 'shop', lane: Lane.SILVER, at: day('2030-12-05T00:00Z') };
  const { lanes } = await api.clients('alice').restrictions.checkLanes(asked);
  const closures = lanes[0]!.opening!.closures.map(({ kind, name, until, zone }) => [
    ...[ClosureKind[kind], name, until && timestampDate(until).toISOString(), zone],
  ]);
  expect(closures).toEqual([
    ['HOLD', 'shop', undefined, ''],
    ['FREEZE', 'advent', '2030-12-23T23:00:00.000Z', 'Europe/Berlin'],
  ]);
  const { restrictions } = await api.clients('alice').restrictions.listRestrictions({ product: 'shop' });
  const said = restrictions.map(({ spec }) =>
    spec.case === 'window' ? spec.value.times : spec.case === 'held' ? spec.value.holds[0]!.stops : spec.case,
  );
  expect(said).toEqual([
    [WindowAction.DEPLOY, WindowAction.ROLLBACK],
    '2030-12-01 00:00 to 2030-12-24 00:00, Europe/Berlin',
  ]);
});

describe('lane calendar', () => {
  test('prints what there is in the order in which it begins, one line each', async () => {
    await hold(engine, 'bob', { product: 'till', lane: 'silver' }, 'red\n2030-12-01 alert');
    const { code, stdout } = await api.lane(
      'alice',
      'calendar',
      '--product',
      'till',
      '--from',
      '2030-12-01',
      '--to',
      '2030-12-05',
    );
    const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(code).toBe(0);
    expect(lines[0]).toBe('FROM | TO | WHAT | NAME | OF | BY | WHY');
    expect(lines[1]).toMatch(
      /^\S+ \d\d:\d\dZ \| until it is lifted \| hold \| [0-9a-f]{8} \| silver of till \| bob \| red 2030-12-01 alert$/,
    );
    expect(lines.slice(2)).toEqual([
      '2030-12-01 00:00Z | 2030-12-06 00:00Z | freeze | advent | every product | dev | everybody buys',
      '2030-12-04 09:00Z | 2030-12-04 17:00Z | change | office | silver of till | dev | people are there',
    ]);
  });

  test('takes days that there are, and no others', async () => {
    for (const day of ['2030-02-30', 'tomorrow', '2030-12-01T00:00Z']) {
      const { code, stderr } = await api.lane('alice', 'calendar', '--from', day);
      expect([day, code, stderr]).toEqual([day, 2, expect.stringContaining(`--from ${day} is no day`)]);
    }
    const backwards = await api.lane('alice', 'calendar', '--from', '2031-06-02', '--to', '2031-06-01');
    expect([backwards.code, backwards.stderr]).toEqual([
      2,
      expect.stringContaining('--from 2031-06-02 is later than --to 2031-06-01'),
    ]);
    expect(
      (await api.lane('alice', 'calendar', '--from', '2031-06-01', '--lane', 'bronze', '--product', 'till')).stdout,
    ).toBe('nothing is there from 2031-06-01 to 2031-07-01');
  });
});
