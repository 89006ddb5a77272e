import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { marksOf } from '../../apps/dashboard/plan/marks.js';
import { scheduleIn } from '../../apps/dashboard/plan/place.js';

describe('the line of a plan', () => {
  test('has when the lane is closed, what happens, and where the promotion begins', () => {
    const steps = [
      { kind: 'NEEDED', at: undefined },
      { kind: 'OPENS', at: 1_200 },
      { kind: 'CLOSES', at: 1_400 },
      { kind: 'OPENS', at: 2_000 },
      { kind: 'STARTS', at: 2_000 },
    ];
    const { to, closed, marks, earliest } = marksOf({ plannedAt: 1_000, earliest: 2_000, isClosed: true, steps });
    expect(to).toBe(2_050);
    const at = (ms: number) => (ms - 1_000) / 1_050;
    expect(closed).toEqual([
      { from: 0, to: at(1_200) },
      { from: at(1_400), to: at(2_000) },
    ]);
    expect(marks.map(({ kind }) => kind)).toEqual(['OPENS', 'CLOSES', 'OPENS', 'STARTS']);
    expect(earliest).toBe(at(2_000));
  });

  test('is closed to its end where nothing opens the lane', () => {
    const steps = [{ kind: 'PASSES', at: 2_000 }];
    expect(marksOf({ plannedAt: 0, earliest: undefined, isClosed: true, steps }).closed).toEqual([{ from: 0, to: 1 }]);
  });

  test('has all of it between its ends, whatever the plan says', () => {
    const kind = fc.constantFrom('OPENS', 'CLOSES', 'PASSES', 'STARTS', 'FAILS');
    const step = fc.record({ kind, at: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }) });
    const earliest = fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(step),
        earliest,
        fc.boolean(),
        fc.integer({ min: 0, max: 1e9 }),
        (steps, first, isClosed, plannedAt) => {
          const drawn = marksOf({ plannedAt, earliest: first, isClosed, steps });
          const parts = [...drawn.marks.map(({ at }) => at), ...drawn.closed.flatMap(({ from, to }) => [from, to])];
          expect(parts.every((part) => part >= 0 && part <= 1)).toBe(true);
          expect(drawn.earliest ?? 0).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

test('the address of a plan says when it is to be, and whatever else stands there says nothing', () => {
  expect(scheduleIn({ at: '2026-12-01T09:00:00Z', until: '2026-12-02', priority: 'high' })).toEqual({
    ...{ notBefore: '2026-12-01T09:00:00.000Z', notAfter: '2026-12-02T00:00:00.000Z', priority: 'high' },
  });
  expect(scheduleIn({ at: 'tomorrow', until: '<b>', priority: 'normal' })).toEqual({});
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (at, until, priority) => {
      for (const text of Object.values(scheduleIn({ at, until, priority }))) expect(typeof text).toBe('string');
    }),
  );
});
