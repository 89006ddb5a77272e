import { describe, expect, test } from '@jest/globals';
import { mostRefused, RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);

describe('refused drafts', () => {
  test('are so many of one person within a minute, and those of others and later ones are checked', () => {
    const drafts = new RefusedDrafts();
    for (let index = 0; index < mostRefused; index += 1) drafts.enter('default/alice', at(index));
    expect(() => drafts.enter('default/alice', at(mostRefused))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
    expect(() => drafts.enter('default/bob', at(mostRefused))).not.toThrow();
    expect(() => drafts.enter('default/alice', at(60))).not.toThrow();
    expect(() => drafts.enter('default/alice', at(60))).toThrow('too many drafts were refused');
  });

  test('are not those that were taken', () => {
    const drafts = new RefusedDrafts();
    for (let index = 0; index < 3 * mostRefused; index += 1) drafts.enter('default/alice', at(0))();
    expect(() => drafts.enter('default/alice', at(0))).not.toThrow();
  });
});
