import type { Digest } from '../digest.js';
import { digestOfJson } from '../hash.js';
import { evaluateGates } from './evaluate.js';
import type { ApprovalFact, GateResult, PolicyFacts } from './facts.js';
import type { RuleLayers } from './layers/document.js';
import type { PolicySnapshot } from './model.js';
import { notRead } from './read-scope.js';
import type { RecordedDecision } from './replay.js';
import { resolveSnapshot } from './resolve.js';
import { outcomeOf, type RoundOutcome, type Severity, type Verdict } from './verdict.js';

/** A verdict under a proposed policy. UNKNOWN: its gate asks for what was not read when the decision was made. */
type ProposedVerdict = Verdict | 'UNKNOWN';

/** What a gate says, before or after. */
export interface GateView<V = ProposedVerdict> {
  readonly verdict: V;
  readonly severity: Severity;
  readonly explanation: string;
}

/** A gate that is there only before or after, or whose verdict or severity is another. */
export interface GateChange {
  readonly gate: string;
  /** Absent where the proposed policy adds the gate. */
  readonly before?: GateView<Verdict>;
  /** Absent where it leaves the gate out. */
  readonly after?: GateView;
  /** What is not known: kinds of evidence by their names, all else in words. Empty unless its verdict is UNKNOWN. */
  readonly missing: readonly string[];
}

/** What would have followed from a decision. UNKNOWN: it depends on a gate whose verdict is. */
export type ProposedOutcome = RoundOutcome | 'UNKNOWN';

/** Whether a decision would have been another one. */
export type Effect = 'SAME' | 'BLOCKED' | 'LET_THROUGH' | 'UNKNOWN';

/** A decision under a proposed policy. */
export interface Counterfactual {
  readonly effect: Effect;
  readonly before: RoundOutcome;
  readonly after: ProposedOutcome;
  /** By their ids. */
  readonly gates: readonly GateChange[];
  /** Why the promotion would have been refused before any gate, if it would. */
  readonly refused?: string;
}

/** The gates that rules give a decision, and their digest. @throws INVALID_POLICY */
export function snapshotFor(
  rules: RuleLayers,
  { snapshot: { product, lane, kind }, facts }: Pick<RecordedDecision, 'snapshot' | 'facts'>,
): { readonly snapshot: PolicySnapshot; readonly digest: Digest } {
  const { transformation } = facts;
  const about = transformation === undefined ? {} : { transformation: { ...transformation } };
  const { snapshot } = resolveSnapshot(rules, { product, lane, kind, ...about });
  return { snapshot, digest: digestOfJson(snapshot) };
}

/**
 * Evaluates a decision under other gates, over the facts and at the instant that it was made on.
 *
 * Approvals that counted under the recorded gates count as given under the proposed ones. What was not read for the
 * decision is not known: a gate that asks for it is UNKNOWN, and passes never.
 */
export function replayUnder(
  proposed: { readonly snapshot: PolicySnapshot; readonly digest: Digest },
  { facts, read, evaluatedAt, recorded }: RecordedDecision,
): Counterfactual {
  const { snapshot, digest } = proposed;
  const missing = new Map(snapshot.gates.map((gate) => [gate.id, notRead(gate, snapshot, read)]));
  const isKnown = ({ gate }: GateResult): boolean => (missing.get(gate) ?? []).length === 0;
  const { results, notices } = evaluateGates(snapshot, rebound(facts, digest), new Date(evaluatedAt));
  const known = outcomeOf(results.filter(isKnown), notices);
  const depends = results.some((result) => !isKnown(result) && result.severity === 'BLOCKING');
  const after = afterUnknown(known, depends);
  return {
    effect: effectOf(recorded.outcome, after),
    before: recorded.outcome,
    after,
    gates: changesOf(recorded.results, results, missing),
  };
}

/** A decision about a lane that its product does not use: no gate would have been asked. */
export function refusedUnder({ recorded }: Pick<RecordedDecision, 'recorded'>, refused: string): Counterfactual {
  const { outcome: before } = recorded;
  return { effect: effectOf(before, 'OPEN'), before, after: 'OPEN', gates: [], refused };
}

/** The facts as they would have been: approvals name the gates that people were shown. */
function rebound(facts: PolicyFacts, policyDigest: Digest): PolicyFacts {
  const approvals = facts.approvals.map((approval): ApprovalFact =>
    approval.policyDigest === facts.policyDigest ? { ...approval, policyDigest } : approval,
  );
  return { ...facts, policyDigest, approvals };
}

/** What is open among what is known is open, whatever the rest says; that only approvals are missing is then not known. */
function afterUnknown(known: RoundOutcome, depends: boolean): ProposedOutcome {
  if (!depends) return known;
  return known === 'PASS' ? 'UNKNOWN' : 'OPEN';
}

function effectOf(before: RoundOutcome, after: ProposedOutcome): Effect {
  if (after === 'UNKNOWN') return 'UNKNOWN';
  if ((before === 'PASS') === (after === 'PASS')) return 'SAME';
  return after === 'PASS' ? 'LET_THROUGH' : 'BLOCKED';
}

function changesOf(
  recorded: readonly GateResult[],
  proposed: readonly GateResult[],
  missing: ReadonlyMap<string, readonly string[]>,
): readonly GateChange[] {
  const before = new Map(recorded.map((result) => [result.gate, viewOf(result)]));
  const after = new Map(proposed.map((result) => [result.gate, proposedView(result, missing.get(result.gate) ?? [])]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((gate) => {
    const [old, now] = [before.get(gate), after.get(gate)];
    if (old?.verdict === now?.verdict && old?.severity === now?.severity) return [];
    return [
      {
        gate,
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
        missing: missing.get(gate) ?? [],
      },
    ];
  });
}

function viewOf({ verdict, severity, explanation }: GateResult): GateView<Verdict> {
  return { verdict, severity, explanation };
}

function proposedView(result: GateResult, missing: readonly string[]): GateView {
  if (missing.length === 0) return viewOf(result);
  const explanation = `it is not known: ${missing.join(', ')}, which no gate asked for then`;
  return { verdict: 'UNKNOWN', severity: result.severity, explanation };
}
