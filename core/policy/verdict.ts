/** The verdicts of a gate. */
export const verdicts = ['PASS', 'FAIL', 'PENDING', 'NOT_APPLICABLE', 'ERROR'] as const;

/** The outcome of one gate at one moment. ERROR never passes. */
export type Verdict = (typeof verdicts)[number];

/** A BLOCKING gate that is open holds the promotion; an ADVISORY one is only shown. */
export type Severity = 'BLOCKING' | 'ADVISORY';

/** The outcome of a round of gates. PASS: none is open. APPROVALS: only people's approvals are missing. OPEN: others are. */
export type RoundOutcome = 'PASS' | 'APPROVALS' | 'OPEN';

/** What is judged of a gate. */
export interface Judged {
  readonly severity: Severity;
  readonly verdict: Verdict;
  /** Whether only people's approvals are missing. */
  readonly waitsForPeople: boolean;
}

/** Whether a gate with this verdict is open: something is missing or wrong. */
export function isOpen(verdict: Verdict): boolean {
  return verdict !== 'PASS' && verdict !== 'NOT_APPLICABLE';
}

/** Whether a gate holds its promotion. */
export function isBlocking({ severity, verdict }: Pick<Judged, 'severity' | 'verdict'>): boolean {
  return severity === 'BLOCKING' && isOpen(verdict);
}

/** What follows for the promotion from the gates of one round. */
export function outcomeOf(gates: readonly Judged[]): RoundOutcome {
  const blocking = gates.filter(isBlocking);
  if (blocking.length === 0) return 'PASS';
  return blocking.every(({ waitsForPeople }) => waitsForPeople) ? 'APPROVALS' : 'OPEN';
}
