import { describe, expect, test } from '@jest/globals';
import { isBlocking, isOpen, type Judged, outcomeOf, verdicts } from '../../core/policy/verdict.js';

const judged = (given: Partial<Judged>): Judged => ({
  severity: 'BLOCKING',
  verdict: 'PASS',
  ...given,
});
const missingApproval = judged({ verdict: 'PENDING', waitsFor: 'people' });

describe('a verdict', () => {
  test('leaves its gate open unless it passes, has nothing to be about or is waived', () => {
    expect(verdicts.filter((verdict) => !isOpen(verdict))).toEqual(['PASS', 'NOT_APPLICABLE', 'WAIVED']);
  });

  test.each(verdicts.filter(isOpen))(
    '%s holds the promotion at a blocking gate, and not at an advisory one',
    (verdict) => {
      expect(isBlocking({ severity: 'BLOCKING', verdict })).toBe(true);
      expect(isBlocking({ severity: 'ADVISORY', verdict })).toBe(false);
    },
  );
});

describe('the outcome of a round', () => {
  test('is PASS when no blocking gate is open', () => {
    expect(outcomeOf([])).toBe('PASS');
    expect(outcomeOf([judged({}), judged({ verdict: 'NOT_APPLICABLE' })])).toBe('PASS');
    expect(outcomeOf([judged({ severity: 'ADVISORY', verdict: 'ERROR' })])).toBe('PASS');
  });

  test('is APPROVALS when every open one waits for people alone', () => {
    expect(outcomeOf([judged({}), missingApproval])).toBe('APPROVALS');
    expect(outcomeOf([missingApproval, judged({ severity: 'ADVISORY', verdict: 'FAIL' })])).toBe('APPROVALS');
  });

  test('is OPEN when one waits for anything else', () => {
    expect(outcomeOf([missingApproval, judged({ verdict: 'FAIL' })])).toBe('OPEN');
    expect(outcomeOf([judged({ verdict: 'ERROR' })])).toBe('OPEN');
  });

  test('is OPEN when a notice holds, whatever the gates say', () => {
    expect(outcomeOf([judged({})], [{ holds: true }])).toBe('OPEN');
    expect(outcomeOf([missingApproval], [{ holds: true }])).toBe('OPEN');
    expect(outcomeOf([judged({})], [{ holds: false }])).toBe('PASS');
  });
});
