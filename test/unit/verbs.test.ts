import { describe, expect, test } from '@jest/globals';
import { decisionVerbs, isForApprovers, isOrder, isStart, startOf, termsOf } from '../../core/decision/verbs.js';
import { hasEnded, promotionKinds } from '../../core/promotion/state.js';

const verbsWhere = (holds: (verb: (typeof decisionVerbs)[number]) => boolean) => decisionVerbs.filter(holds);

describe('the table of verbs', () => {
  test('starts each kind of promotion by a verb of its own', () => {
    expect(verbsWhere(isStart)).toEqual(['request', 'rollback', 'hotfix']);
    expect(promotionKinds.map(startOf)).toEqual(['request', 'hotfix', 'rollback']);
  });

  test('lets whoever judges name the promotion, the gates and the facts that were shown', () => {
    expect(verbsWhere(isForApprovers)).toEqual(['approve', 'reject', 'request-changes']);
    for (const verb of verbsWhere(isForApprovers))
      expect(termsOf[verb].names).toEqual(['promotion', 'policySnapshot', 'facts']);
  });

  test('names a promotion in every verb that starts none', () => {
    for (const verb of verbsWhere((one) => !isStart(one))) expect(termsOf[verb].names).toContain('promotion');
  });

  test('has three verbs that move a promotion by themselves', () => {
    expect(verbsWhere(isOrder)).toEqual(['reject', 'abort', 'retry']);
    expect(isOrder('unknown')).toBe(false);
  });

  test('lets nobody change a promotion that is live or has ended', () => {
    for (const verb of decisionVerbs)
      expect(termsOf[verb].phases.filter((phase) => phase === 'LIVE' || hasEnded(phase))).toEqual([]);
  });

  test('lets a requester end or retry what they asked for, and not roll back', () => {
    const byRequester = verbsWhere((verb) => {
      const { right } = termsOf[verb];
      return right.who === 'roles' && right.orRequester;
    });
    expect(byRequester).toEqual(['request', 'abort', 'retry']);
  });
});
