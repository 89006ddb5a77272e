import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Clock, WindowClock } from '../../../core/calendar/clock.js';
import { Occurrences } from '../../../core/calendar/occurrences.js';
import { statusOf } from '../../../core/calendar/status.js';
import { holdsFor, inFlightRules, type Window, windowKinds } from '../../../core/calendar/window.js';
import { iso, windowOf, zones } from '../../support/windows.js';

const zone = 'Europe/Berlin';
const workdays = windowOf(
  { zone, begins: '2026-01-05T09:00', ends: '2026-01-05T17:00', recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
  { name: 'office-hours', kind: 'CHANGE', reason: 'people are there', inFlight: 'PAUSE' },
);
const nights = windowOf(
  { zone, begins: '2026-01-06T22:00', ends: '2026-01-07T02:00', recurrence: 'FREQ=WEEKLY;BYDAY=TU' },
  { name: 'night-shift', kind: 'CHANGE', reason: 'few users' },
);
const december = windowOf(
  { zone, begins: '2026-12-01T00:00', ends: '2026-12-24T00:00' },
  { name: 'advent', reason: 'everybody buys', inFlight: 'ABORT' },
);
const at = (text: string): Date => new Date(text);

describe('several windows', () => {
  test('of changes let in what one of them lets in', () => {
    expect(statusOf([workdays, nights], at('2026-11-25T12:00:00Z'))).toEqual({
      ...{ closed: false, by: [], closing: [], nextClose: at('2026-11-25T16:00:00Z') },
    });
    expect(statusOf([workdays, nights], at('2026-11-28T12:00:00Z'))).toMatchObject({
      ...{ closed: true, inFlight: 'PAUSE', nextOpen: at('2026-11-30T08:00:00Z') },
      reason: 'outside of office-hours (people are there), night-shift (few users)',
    });
  });

  test('close while a freeze is there, and open with the first change window after it', () => {
    const status = statusOf([workdays, december], at('2026-12-02T12:00:00Z'));
    expect(status).toMatchObject({ closed: true, reason: 'advent: everybody buys', inFlight: 'ABORT' });
    expect(status.nextOpen).toEqual(at('2026-12-24T08:00:00Z'));
  });

  test('say of each that closes when it does not any more', () => {
    const { closing, by } = statusOf([workdays, nights, december], at('2026-12-02T20:00:00Z'));
    expect(closing).toEqual([
      { window: december, until: at('2026-12-23T23:00:00Z') },
      { window: workdays, until: at('2026-12-03T08:00:00Z') },
      { window: nights, until: at('2026-12-08T21:00:00Z') },
    ]);
    expect(by).toEqual([december, workdays, nights]);
  });

  test('stay closed where no change window comes back', () => {
    const once = windowOf({ zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'PT4H' }, { kind: 'CHANGE' });
    const status = statusOf([once], at('2026-06-01T00:00:00Z'));
    expect([status.closed, status.nextOpen, status.lookAgainAt]).toEqual([true, undefined, undefined]);
    expect(status.closing).toEqual([{ window: once }]);
  });

  test('say nothing of an end where nothing ends', () => {
    expect(statusOf([], at('2026-06-01T00:00:00Z'))).toEqual({ closed: false, by: [], closing: [] });
  });

  test('say when to look again where they may open, and it is not found when', () => {
    const always = windowOf({ zone, begins: '2026-01-01T00:00', lasts: 'P1D', recurrence: 'FREQ=DAILY' });
    const status = statusOf([always], at('2026-06-01T00:00:00Z'));
    expect([status.closed, status.nextOpen]).toEqual([true, undefined]);
    expect(status.lookAgainAt?.getTime()).toBeGreaterThan(at('2026-12-01T00:00:00Z').getTime());
  });

  test('that never let each other open cost no more than a bounded search, and say when to look again', () => {
    const daily = { zone, recurrence: 'FREQ=DAILY' };
    const never = Array.from({ length: 50 }, (_, second) => [
      windowOf({ ...daily, begins: `2026-01-01T09:00:${String(10 + second)}`, lasts: 'PT1H' }, { kind: 'CHANGE' }),
      windowOf({ ...daily, begins: `2026-01-01T08:00:${String(10 + second)}`, lasts: 'PT4H' }),
    ]).flat();
    let looks = 0;
    const clock = new WindowClock();
    const counting: Clock = { presenceOf: (window, now) => ((looks += 1), clock.presenceOf(window, now)) };
    const status = statusOf(never, at('2026-11-28T12:00:00Z'), counting);
    expect([status.closed, status.nextOpen]).toEqual([true, undefined]);
    expect(status.lookAgainAt?.getTime()).toBeGreaterThan(at('2026-11-29T00:00:00Z').getTime());
    expect(looks).toBeLessThan(1_300);
  });
});

describe('what a window holds for', () => {
  const subject = { product: 'shop', lane: 'gold', action: 'DEPLOY' } as const;
  const times = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P1D' };
  const alice = { name: 'alice', roles: ['developer'] };

  test.each<[string, Partial<Window>, boolean]>([
    ['nothing else is said', {}, true],
    ['its product is named', { products: ['shop'] }, true],
    ['another product is named', { products: ['till'] }, false],
    ['its lane is named', { lanes: ['silver', 'gold'] }, true],
    ['another lane is named', { lanes: ['bronze'] }, false],
    ['another action is named', { actions: ['ROLLBACK', 'APPROVE'] }, false],
    ['its invoker is named', { invokers: ['alice'] }, true],
    ['a role of its invoker is named', { invokers: ['role:developer'] }, true],
    ['a person has the name of a role', { invokers: ['developer'] }, false],
    ['somebody else is named', { invokers: ['bob', 'role:operator'] }, false],
  ])('is told by its lists: where %s', (_, change, holds) => {
    expect(holdsFor(windowOf(times, change), { ...subject, invoker: alice })).toBe(holds);
  });

  test('is everybody where nobody is known', () => {
    expect(holdsFor(windowOf(times, { invokers: ['bob'] }), subject)).toBe(true);
  });
});

const begins = fc
  .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 23 }))
  .map(([day, hour]) => `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30`);
const anyWindows = fc.array(
  fc
    .record({
      kind: fc.constantFrom(...windowKinds),
      inFlight: fc.constantFrom(...inFlightRules),
      zone: fc.constantFrom(...zones),
      begins,
      lasts: fc.oneof(
        fc.integer({ min: 1, max: 20 }).map((hours) => `PT${hours}H`),
        fc.constantFrom('P1D', 'P3DT1H'),
      ),
      recurrence: fc.constantFrom(
        'FREQ=DAILY',
        'FREQ=DAILY;INTERVAL=3',
        'FREQ=WEEKLY;BYDAY=MO,TH',
        'FREQ=MONTHLY',
        undefined,
      ),
    })
    .map(({ zone: where, begins: begin, lasts, recurrence, ...rest }) =>
      windowOf({ zone: where, begins: begin, lasts, ...(recurrence !== undefined && { recurrence }) }, rest),
    ),
  { maxLength: 5 },
);
const instants = fc.integer({ min: 0, max: 100 * 86_400_000 }).map((ms) => Date.parse('2026-03-01T00:00:00Z') + ms);

/** Each window by itself, without any memory. */
function isClosed(windows: readonly Window[], now: number): boolean {
  const isThere = (window: Window) => new Occurrences(window).at(now).isThere;
  const changes = windows.filter(({ kind }) => kind === 'CHANGE');
  return windows.some((one) => one.kind === 'FREEZE' && isThere(one)) || (changes.length > 0 && !changes.some(isThere));
}

describe('any windows together', () => {
  test('are closed when a freeze is there, or no change window is', () => {
    fc.assert(
      fc.property(anyWindows, instants, (windows, now) => {
        const { closed, by, reason, inFlight } = statusOf(windows, new Date(now));
        expect([iso(now), closed]).toEqual([iso(now), isClosed(windows, now)]);
        expect([by.length > 0, reason !== undefined, inFlight !== undefined]).toEqual([closed, closed, closed]);
        const strictest = Math.max(-1, ...by.map((one) => inFlightRules.indexOf(one.inFlight)));
        expect(inFlight).toBe(inFlightRules[strictest]);
      }),
      { numRuns: 80 },
    );
  });

  test('change at the instant that they say, not a millisecond before, and nowhere between', () => {
    fc.assert(
      fc.property(
        anyWindows,
        instants,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (windows, now, part) => {
          const { closed, nextOpen, nextClose, lookAgainAt } = statusOf(windows, new Date(now));
          expect(closed ? nextClose : nextOpen).toBeUndefined();
          const change = (closed ? nextOpen : nextClose)?.getTime();
          const steadyTo = change ?? lookAgainAt?.getTime() ?? now + 5 * 366 * 86_400_000;
          expect(steadyTo).toBeGreaterThan(now);
          for (const same of [now + Math.floor((steadyTo - now) * part), steadyTo - 1])
            expect([iso(same), isClosed(windows, same)]).toEqual([iso(same), closed]);
          if (change !== undefined) expect([iso(change), isClosed(windows, change)]).toEqual([iso(change), !closed]);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('are the same to a clock that remembers, in whatever order it is asked, also back in time', () => {
    fc.assert(
      fc.property(anyWindows, fc.array(instants, { minLength: 1, maxLength: 5 }), (windows, moments) => {
        const clock = new WindowClock();
        for (const now of [...moments, ...[...moments].reverse()]) {
          // As they are after they were read again: other objects.
          const again = windows.map((window) => ({ ...window }));
          for (const these of [windows, again])
            expect(statusOf(these, new Date(now), clock)).toEqual(statusOf(windows, new Date(now)));
        }
      }),
      { numRuns: 12 },
    );
  });

  test('on a board of many products are looked up once, not for each product', () => {
    let readings = 0;
    const shared = Array.from({ length: 200 }, (_, index) => ({
      ...windowOf(
        { zone: '', begins: `2026-01-0${1 + (index % 7)}T10:00`, lasts: `PT${1 + index}H`, recurrence: 'FREQ=WEEKLY' },
        { name: `w${index}`, ...(index % 2 === 0 && { products: [`p${index % 10}`] }) },
      ),
      get zone() {
        readings += 1;
        return zones[index % zones.length] ?? 'UTC';
      },
    }));
    const clock = new WindowClock();
    for (const product of Array.from({ length: 300 }, (_, index) => `p${index % 10}`)) {
      const held = shared.filter((one) => holdsFor(one, { product, lane: 'gold', action: 'DEPLOY' }));
      expect(statusOf(held, at('2026-11-28T12:00:00Z'), clock).closed).toBe(true);
    }
    // To compare its times with those of others, and to look it up.
    expect(readings).toBeLessThanOrEqual(2 * 200);
  });
});
