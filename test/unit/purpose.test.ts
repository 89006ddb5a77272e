import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { profileIn } from '../../core/governance/sources.js';
import { maxListed, purposeOf } from '../../core/release/purpose.js';
import { currentPurpose, purposeWithin } from '../../core/transformation/purpose.js';

const timebox = (id: string, starts: string, ends: string) =>
  ({ id, kind: 'SPRINT', title: id, starts, ends }) as const;
const goal = (id: string, timebox: string) => ({ id, title: id, timebox });

describe('what a transformation pursues on a day', () => {
  const spec = {
    timeboxes: [
      timebox('before', '', '2026-03-01'),
      timebox('now', '2026-03-02', '2026-03-15'),
      timebox('after', '2026-03-16', ''),
      timebox('always', '', ''),
    ],
    goals: [goal('old', 'before'), goal('present', 'now'), goal('next', 'after'), goal('standing', '')],
  };

  test.each([
    ['2026-03-01T23:59:59Z', ['before', 'always'], ['old', 'standing']],
    ['2026-03-02T00:00:00Z', ['now', 'always'], ['present', 'standing']],
    ['2026-03-15T23:59:59Z', ['now', 'always'], ['present', 'standing']],
    ['2026-03-16T00:00:00Z', ['after', 'always'], ['next', 'standing']],
  ])('is the timeboxes of that day, first and last day included, and their goals: %s', (now, timeboxes, goals) => {
    expect(currentPurpose(spec, new Date(now))).toEqual({ timeboxes, goals });
  });
});

describe('what a promotion serves', () => {
  test('is what its bundle says and what the transformation adds, under the profile in effect', () => {
    expect(
      purposeWithin(
        { profile: 'scrum', goals: ['Increment 7'], timeboxes: ['Sprint 12'] },
        { profile: 'safe', goals: ['PI-7-1', 'Increment 7'], timeboxes: [] },
      ),
    ).toEqual({ profile: 'safe', goals: ['Increment 7', 'PI-7-1'], timeboxes: ['Sprint 12'] });
    expect(purposeWithin({ profile: 'scrum', goals: [], timeboxes: [] }, { goals: [], timeboxes: [] })).toEqual({
      ...{ profile: 'scrum', goals: [], timeboxes: [] },
    });
  });

  test('names each goal once, and no more of them than a search attribute holds', () => {
    const ids = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), { maxLength: 40 });
    fc.assert(
      fc.property(ids, ids, (own, added) => {
        const { goals } = purposeWithin({ goals: own, timeboxes: [] }, { goals: added, timeboxes: [] });
        expect(goals.length).toBeLessThanOrEqual(maxListed);
        expect(new Set(goals).size).toBe(goals.length);
        // Temporal ends a run that gives a search attribute more than 2,048 bytes.
        expect(Buffer.byteLength(JSON.stringify(goals))).toBeLessThanOrEqual(2_000);
        const short = [...new Set([...own, ...added])].filter((id) => Buffer.byteLength(JSON.stringify(id)) < 90);
        if (short.length === new Set([...own, ...added]).size) expect(goals).toEqual(short.slice(0, maxListed));
      }),
    );
  });

  test('says what a bundle was made for as far as a search attribute holds it, in whatever script', () => {
    const [increment, piObjective, admDeliverable] = ['1', '2', '3'].map((end) => `${'漢'.repeat(299)}${end}`);
    const made = { run: { timebox: 'Sprint 12' }, methodology: { increment, piObjective, admDeliverable } };
    expect(purposeOf(made as Parameters<typeof purposeOf>[0])).toEqual({
      ...{ goals: [increment, piObjective], timeboxes: ['Sprint 12'] },
    });
  });
});

test('the profile is found among the versions that gates come from', () => {
  expect(profileIn(['profile/scrum@12', 'policy/default@2', 'definition/default@1'])).toBe('scrum');
  expect(profileIn(['policy/profile@2', 'definition/default@1'])).toBeUndefined();
});
