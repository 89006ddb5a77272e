import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { writeCalendar } from '../../../core/calendar/ical/write-calendar.js';
import { digestOf } from '../../../core/hash.js';
import { feedTokenIn, formatFeedToken, pathOfFeed, tenantOfFeedToken } from '../../../core/identity/feed-token.js';
import { tenantOfToken } from '../../../core/identity/token.js';
import type { CalendarSources } from '../../../core/restriction/calendar.js';
import { feedEventsOf } from '../../../core/restriction/feed.js';
import type { WaitingPromotion } from '../../../core/restriction/waiting.js';

const now = new Date('2026-11-28T09:30:00Z');
const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);
const changed = { revision: 3, changedAt: new Date('2026-11-01T08:00:00Z'), changedBy: 'dev' };
const nothing: CalendarSources = { restrictions: [], transformations: [], waiting: [] };
const actions = ['DEPLOY'] as const;
const window = (name: string, begins: string, lasts = 'P1D') =>
  ({
    restriction: {
      ...{ kind: 'window' as const, name },
      spec: { kind: 'FREEZE', reason: name, zone: 'UTC', begins, lasts, actions, inFlight: 'FINISH' },
    },
    ...changed,
  }) as const;
const waiting: WaitingPromotion = {
  ...{ id: 'p-1', product: 'shop', lane: 'gold', bundle: digestOf('bundle'), requester: 'dev' },
  ...{ requestedAt: hours(-5), startsAt: undefined, notAfter: undefined, soaks: [] },
};

const said = (sources: Partial<CalendarSources>, at = now) =>
  feedEventsOf({ ...nothing, ...sources }, 'acme', at).map(({ uid, summary, times, sequence }) => ({
    ...{ uid, summary, sequence },
    times: 'from' in times ? [times.from.toISOString(), times.to.toISOString()] : times,
  }));

describe('the events of a feed', () => {
  test('are windows that are there or come, and none that are over or far away', () => {
    const restrictions = [
      window('old', '2026-09-01T00:00'),
      window('now', '2026-11-28T00:00'),
      window('later', '2027-06-01T00:00'),
      window('far', '2028-06-01T00:00'),
    ];
    expect(said({ restrictions }).map(({ uid }) => uid)).toEqual([
      'window-now@acme.lanekeeper',
      'window-later@acme.lanekeeper',
    ]);
  });

  test('are promotions that wait for time: for that of their schedule, or of a gate', () => {
    const { id: _, ...rest } = waiting;
    const soak = { gate: 'soak', opensAt: hours(3), round: 2, evaluatedAt: hours(-1) };
    const events = said({
      waiting: [
        { ...rest, id: 'a', startsAt: hours(2) },
        { ...rest, id: 'b', startsAt: hours(2), notAfter: hours(4) },
        { ...rest, id: 'c', notAfter: hours(4) },
        { ...rest, id: 'd', soaks: [soak] },
      ],
    });
    const short = waiting.bundle.slice(7, 19);
    expect(events.map(({ uid, summary, times }) => [uid.split('@')[0], summary, times])).toEqual([
      [
        'soak-d-soak',
        `shop: ${short} to gold waits for soak`,
        ['2026-11-28T04:30:00.000Z', '2026-11-28T12:30:00.000Z'],
      ],
      [
        'scheduled-a',
        `shop: ${short} to gold begins at the earliest`,
        ['2026-11-28T11:30:00.000Z', '2026-11-28T11:30:00.000Z'],
      ],
      ['scheduled-b', `shop: ${short} to gold may begin`, ['2026-11-28T11:30:00.000Z', '2026-11-28T13:30:00.000Z']],
      [
        'scheduled-c',
        `shop: ${short} to gold must have begun`,
        ['2026-11-28T13:30:00.000Z', '2026-11-28T13:30:00.000Z'],
      ],
    ]);
  });

  test('are holds, which last until the end of tomorrow, on every day anew, by a number that grows', () => {
    const spec = {
      holds: [{ id: 'abcd1234', by: 'bob', since: hours(-48).toISOString(), reason: 'errors', stops: ['DEPLOY'] }],
    } as const;
    const restrictions = [{ restriction: { kind: 'hold' as const, name: '_', spec }, ...changed }] as const;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }), (one, other) => {
        const [first, second] = [one, other]
          .toSorted((a, b) => a - b)
          .map((later) => said({ restrictions }, hours(later))[0]!);
        const [before, after] = [first!, second!].map(({ times }) => (times as string[])[1]!);
        expect(Date.parse(before!)).toBeGreaterThan(hours(Math.min(one, other)).getTime() + 24 * 3_600_000);
        expect(first!.uid).toBe(second!.uid);
        expect(second!.sequence > first!.sequence).toBe(after! > before!);
      }),
    );
  });

  test('have ids that are all different, and the same each time', () => {
    const { id: _, ...rest } = waiting;
    const sources = {
      restrictions: [window('a', '2026-12-01T00:00'), window('a-b', '2026-12-01T00:00')],
      waiting: ['x', 'y'].map((id) => ({
        ...{ ...rest, id, startsAt: hours(1) },
        soaks: ['one', 'two'].map((gate) => ({ gate, opensAt: hours(9), round: 1, evaluatedAt: now })),
      })),
    };
    const ids = said(sources).map(({ uid }) => uid);
    expect(new Set(ids).size).toBe(8);
    expect(said(sources, hours(1)).map(({ uid }) => uid)).toEqual(ids);
  });

  test('whatever their texts are, are as many for another program', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        '\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged',
        '\u202Etxt',
        'a;b,c\\n',
        '\nDTSTAMP:20200101T000000Z',
      ),
    );
    fc.assert(
      fc.property(text, text, (reason, gate) => {
        const base = window('advent', '2026-12-01T00:00');
        const restrictions = [
          { ...base, restriction: { ...base.restriction, spec: { ...base.restriction.spec, reason } } },
        ];
        const soaks = [{ gate, opensAt: hours(9), round: 1, evaluatedAt: now }];
        const events = feedEventsOf({ ...nothing, restrictions, waiting: [{ ...waiting, soaks }] }, 'acme', now);
        const written = writeCalendar({ name: 'Releases', zone: 'UTC', now, events });
        const read = new ICAL.Component(ICAL.parse(written) as unknown[]).getAllSubcomponents('vevent');
        expect(read).toHaveLength(2);
        expect(written.match(/^DTSTAMP:/gm)).toHaveLength(2);
        expect(written).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      }),
    );
  });
});

describe('the secret of a feed', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
  const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

  test('is found in its path, names its tenant, and is no token of a person', () => {
    fc.assert(
      fc.property(tenant, secret, (whose, text) => {
        const token = formatFeedToken(whose, text);
        expect(feedTokenIn(pathOfFeed(token))).toBe(token);
        expect(tenantOfFeedToken(token)).toBe(whose);
        expect(tenantOfToken(token)).toBe('');
      }),
    );
  });

  test('is in no other path', () => {
    for (const path of [
      '/calendar',
      '/calendar/',
      '/calendar/.ics',
      '/calendar/a.ics/',
      '/calendar/../a.ics',
      '/calendars/a.ics',
      '/x/calendar/a.ics',
    ])
      expect(feedTokenIn(path)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!/^lkf_[a-z0-9][a-z0-9-]{0,62}_[\w-]{43}$/.test(text)) expect(tenantOfFeedToken(text)).toBeUndefined();
      }),
    );
  });
});
