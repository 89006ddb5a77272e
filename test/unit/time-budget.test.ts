import { describe, expect, test } from '@jest/globals';
import { TimeBudget } from '../../apps/api/limits/time-budget.js';

describe('work that holds a process up', () => {
  test('is done for each who asks until it took too long, and again a minute later', () => {
    let now = 0;
    const budget = new TimeBudget(100, { message: 'too much', next: 'wait' }, () => now);
    const work = (who: string, ms: number) => budget.spend(who, () => ((now += ms), 'done'));
    expect([work('default/dev', 60), work('default/dev', 60)]).toEqual(['done', 'done']);
    expect(() => work('default/dev', 1)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect([work('default/bob', 1), work('other/dev', 1)]).toEqual(['done', 'done']);
    now = 60_000;
    expect(work('default/dev', 1)).toBe('done');
  });

  test('counts where it fails, too', () => {
    let now = 0;
    const budget = new TimeBudget(100, { message: 'too much', next: 'wait' }, () => now);
    const fails = () =>
      budget.spend('default/dev', () => {
        now += 200;
        throw new Error('it cannot be read');
      });
    expect(fails).toThrow('it cannot be read');
    expect(fails).toThrow('too much');
  });
});
