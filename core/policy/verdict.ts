/** What a gate can be judged to be by itself. ERROR never passes. */
const rawVerdicts = ['PASS', 'FAIL', 'PENDING', 'NOT_APPLICABLE', 'ERROR'] as const;

/** One of them. */
export type RawVerdict = (typeof rawVerdicts)[number];

/** The verdicts of a gate. */
export const verdicts = [...rawVerdicts, 'WAIVED'] as const;

/** The outcome of one gate at one moment. */
export type Verdict = (typeof verdicts)[number];

/** A BLOCKING gate that is open holds the promotion; an ADVISORY one is only shown. */
export type Severity = 'BLOCKING' | 'ADVISORY';

/**
 * What an open gate waits for: `people` who approve; `evidence`; that it is known who somebody is (`identities`); that its
 * rule is mended (`policy`); that time passes (`time`); that a lane before it is taken (`predecessors`).
 */
export type WaitsFor = 'people' | 'evidence' | 'identities' | 'policy' | 'time' | 'predecessors';

/** The outcome of a round of gates. PASS: nothing holds. APPROVALS: only people's approvals are missing. OPEN: more does. */
export type RoundOutcome = 'PASS' | 'APPROVALS' | 'OPEN';

/** What is judged of a gate. */
export interface Judged {
  readonly severity: Severity;
  readonly verdict: Verdict;
  /** For what it waits while it is open; for several things if empty. */
  readonly waitsFor?: WaitsFor | undefined;
}

/** Whether a gate with this verdict is open: something is missing or wrong. */
export function isOpen(verdict: Verdict): verdict is Exclude<Verdict, 'PASS' | 'NOT_APPLICABLE' | 'WAIVED'> {
  return verdict !== 'PASS' && verdict !== 'NOT_APPLICABLE' && verdict !== 'WAIVED';
}

/** Whether a gate holds its promotion. */
export function isBlocking({ severity, verdict }: Pick<Judged, 'severity' | 'verdict'>): boolean {
  return severity === 'BLOCKING' && isOpen(verdict);
}

/** What follows for the promotion from the gates of one round, and from the notices beside them. */
export function outcomeOf(
  gates: readonly Judged[],
  notices: readonly { readonly holds: boolean }[] = [],
): RoundOutcome {
  const blocking = gates.filter(isBlocking);
  if (notices.some(({ holds }) => holds)) return 'OPEN';
  if (blocking.length === 0) return 'PASS';
  return blocking.every(({ waitsFor }) => waitsFor === 'people') ? 'APPROVALS' : 'OPEN';
}
