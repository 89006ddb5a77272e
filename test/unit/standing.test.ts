import { describe, expect, test } from '@jest/globals';
import { instantInWords } from '../../core/instant-in-words.js';
import { nextMove } from '../../core/promotion/reducer.js';
import type { Situation } from '../../core/promotion/situation.js';
import { type Standing, standingFrom, type StandingFound } from '../../core/promotion/standing.js';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date(now.getTime() + 60_000);

const situation: Situation = {
  ...{ kind: 'PROMOTION', phase: 'LIVE', standing: 'SOUND', switched: true, attempt: 1, error: undefined },
  ...{ giveUpAt: undefined, ending: undefined, token: undefined, round: undefined, results: {}, attested: true },
  guards: true,
};
const sound: StandingFound = { standing: 'SOUND', reason: 'all counts' };
const atRisk: StandingFound = { standing: 'AT_RISK', reason: 'a key was stolen' };

describe('a promotion that is live', () => {
  const live = (standing: Standing): Situation => ({ ...situation, standing });

  test('stands differently once something that it relied on counts no more, and well again when all does', () => {
    expect(nextMove(live('SOUND'), { gates: 'settled', standing: atRisk }, now)).toEqual({ type: 'stand', ...atRisk });
    expect(nextMove(live('AT_RISK'), { gates: 'settled', standing: sound }, now)).toEqual({ type: 'stand', ...sound });
  });

  test('keeps its standing while nothing has changed, and where nobody has looked', () => {
    expect(nextMove(live('AT_RISK'), { gates: 'settled', standing: atRisk }, now)).toBeUndefined();
    expect(nextMove(live('SOUND'), { gates: 'settled' }, now)).toBeUndefined();
  });

  test('is AT_RISK for what a gate has lost, and the reason names it, its signer and since when', () => {
    const lost = {
      gate: 'two-person-approval',
      attestationId: 'a'.repeat(40),
      signer: 'bob',
      keyEndedAt: later.toISOString(),
    };
    expect(standingFrom([])).toEqual({ standing: 'SOUND', reason: 'the lane serves this bundle' });
    expect(standingFrom([lost])).toEqual({
      standing: 'AT_RISK',
      reason: `two-person-approval relied on attestation aaaaaaaaaaaa of bob, whose key has not counted since ${instantInWords(later)}`,
    });
    expect(standingFrom(Array.from({ length: 8 }, () => lost)).reason).toMatch(/ · and 3 more$/);
  });
});
