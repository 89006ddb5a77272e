import type { Lane } from '../../lanes.js';
import type { PromotionKind } from '../../promotion/state.js';
import type { Read } from '../cel/explain.js';
import type { TermName } from '../terms/names.js';
import type { RoundOutcome, Verdict } from '../verdict.js';

/** Something that is not as a case expects it. */
export interface Mismatch {
  /** Absent where it is the outcome of the round. */
  readonly gate?: string;
  readonly what: 'outcome' | 'verdict' | 'severity' | 'explanation';
  readonly expected: string;
  readonly actual: string;
  /** Why it is what it is, in the words of the gate, or of all that hold the promotion. */
  readonly explanation: string;
  /** What the rule of the gate has read. */
  readonly reads: readonly Read[];
}

/** What became of one case. */
export interface CaseReport {
  readonly test: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly outcome: RoundOutcome;
  /** It passed if there are none. */
  readonly mismatches: readonly Mismatch[];
}

/** Which of what a gate can say was seen in the cases. */
export interface GateCoverage {
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly gate: string;
  /** The file that says what it guards. */
  readonly file: string;
  /** How many cases judged it; with none it was never looked at. */
  readonly cases: number;
  readonly verdicts: readonly { readonly verdict: Verdict; readonly seen: boolean }[];
  readonly terms: readonly { readonly term: TermName; readonly passing: boolean; readonly notPassing: boolean }[];
}

/** Whether the condition of an override was seen to hold, and not to hold. */
export interface OverrideCoverage {
  readonly override: string;
  readonly file: string;
  readonly held: boolean;
  readonly notHeld: boolean;
}

/** How much of the documents under test their cases have seen. */
export interface Coverage {
  readonly gates: readonly GateCoverage[];
  readonly overrides: readonly OverrideCoverage[];
  /**
   * A whole number, rounded down: how many of these were seen: each part of each gate passing and not passing, and each
   * override holding and not holding.
   */
  readonly percent: number;
}

/** What became of tests of policies. */
export interface TestReport {
  readonly cases: readonly CaseReport[];
  readonly coverage: Coverage;
}
