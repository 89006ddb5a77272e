import { shortId } from '../ids.js';
import { type AdviceEdition, adviceOf } from './advice.js';
import { explainLeftOut, tallyEvidence } from './evidence.js';
import type { Clause, GateResult, PolicyFacts } from './facts.js';
import type { Gate, PolicySnapshot } from './model.js';
import type { Notice } from './notice.js';
import { noticesOf } from './notices.js';
import { distinctRefs } from './ref.js';
import { judgeApprovals } from './terms/approvals.js';
import { judgeArtifacts } from './terms/artifacts.js';
import { judgeChecklist } from './terms/checklist.js';
import { judgeEvidence } from './terms/evidence.js';
import { judgeMetric } from './terms/metric.js';
import { judgePredecessors } from './terms/predecessors.js';
import { countedEvidence, judgeRule } from './terms/rule.js';
import { judgeSignatures } from './terms/signatures.js';
import { judgeSoak } from './terms/soak.js';
import { judgeWindow } from './terms/window.js';
import { type TermName, termNames } from './terms/names.js';
import type { JudgeTerm, TermResult, TermScene } from './terms/term.js';
import { isBlocking, isOpen, outcomeOf, type RoundOutcome } from './verdict.js';
import { afterWaivers } from './waiver.js';
import { placeholders } from './placeholders.js';

/** The result of one round of gates. */
export interface Evaluation {
  readonly results: readonly GateResult[];
  readonly notices: readonly Notice[];
  readonly outcome: RoundOutcome;
  readonly reason: string;
  /** RFC 3339: the earliest instant at which a verdict can change merely because time passes. */
  readonly recheckAt?: string;
}

/**
 * Evaluates all gates of a snapshot together. A pure function of (snapshot, facts, now), so that any old decision can
 * be replayed: ERROR never passes, missing evidence is PENDING and never PASS, evidence that became too old counts as
 * absent.
 *
 * @param more notices that do not come from the facts
 * @param options `explain` tells in each clause what its rule has read; `advice` says in which edition next steps are given
 */
export function evaluateGates(
  snapshot: PolicySnapshot,
  facts: PolicyFacts,
  now: Date,
  more: readonly Notice[] = [],
  { explain = false, advice = 'newest' }: { readonly explain?: boolean; readonly advice?: AdviceEdition } = {},
): Evaluation {
  const results = snapshot.gates.map((gate) =>
    afterWaivers(evaluateGate(gate, { facts, now, explain, advice }), facts.waivers, now),
  );
  const notices = [...noticesOf(facts), ...more];
  const holding = [
    ...results.filter(isBlocking).map(({ gate, explanation }) => `${gate}: ${explanation}`),
    ...notices.filter(({ holds }) => holds).map(({ notice, explanation }) => `${notice}: ${explanation}`),
  ];
  const recheckAt = earliest(results);
  return {
    results,
    notices,
    outcome: outcomeOf(results, notices),
    reason: holding.length === 0 ? 'every gate passes' : holding.join(' · '),
    ...(recheckAt !== undefined && { recheckAt }),
  };
}

const judges: Readonly<Record<TermName, JudgeTerm>> = {
  evidence: judgeEvidence,
  rule: judgeRule,
  signatures: judgeSignatures,
  metric: judgeMetric,
  artifacts: judgeArtifacts,
  predecessors: judgePredecessors,
  soak: judgeSoak,
  window: judgeWindow,
  checklist: judgeChecklist,
  approvals: judgeApprovals,
};

/** What the gates of a round have in common. */
type Round = Omit<TermScene, 'evidence'> & { readonly advice: AdviceEdition };

/** A gate passes when each of its terms does. The first that is open says why it does not. */
function evaluateGate(gate: Gate, round: Round): GateResult {
  const { facts, now } = round;
  const terms = judgeTerms(gate, round);
  const open = terms.filter(({ verdict }) => isOpen(verdict));
  const says = open[0] ?? terms.find(({ term }) => term === 'approvals') ?? terms[0];
  if (says === undefined) throw new TypeError(`gate ${gate.id} has no terms`);
  const { verdict, explanation, waitsFor } = says;
  const leftOut = gate.evidence === undefined ? '' : explainLeftOut(gate.evidence, facts);
  const enforcement = enforcementOf(gate, open.length > 0, now);
  const recheckAt = earliest([...terms, enforcement]);
  return {
    gate: gate.id,
    severity: enforcement.severity,
    verdict,
    explanation: `${explanation}${leftOut}${enforcement.words}`,
    reliedOn: distinctRefs(terms.flatMap(({ reliedOn }) => reliedOn)),
    clauses: terms.map(clauseOf),
    ...(open.length > 0 && { next: fill(adviceOf(gate, says, round.advice), facts) }),
    ...(open.every((term) => term.waitsFor === waitsFor) && waitsFor !== undefined && { waitsFor }),
    ...(recheckAt !== undefined && { recheckAt }),
  };
}

/** A gate that is enforced from an instant on is only advisory until then, and says so while it is open. */
function enforcementOf({ severity, enforceFrom }: Gate, isOpenNow: boolean, now: Date) {
  if (enforceFrom === undefined || severity !== 'BLOCKING' || Date.parse(enforceFrom) <= now.getTime())
    return { severity, words: '' };
  const words = isOpenNow ? `; this blocks from ${enforceFrom} on` : '';
  return { severity: 'ADVISORY', words, recheckAt: enforceFrom } as const;
}

interface JudgedTerm extends TermResult {
  readonly term: TermName;
}

function judgeTerms(gate: Gate, round: Round): readonly JudgedTerm[] {
  const { facts, now } = round;
  const evidence =
    gate.evidence === undefined
      ? undefined
      : countedEvidence(gate.rule, tallyEvidence(gate.evidence, facts, now), facts);
  const scene = { ...round, evidence };
  const judged: JudgedTerm[] = [];
  for (const term of termNames) {
    const result = judges[term](gate, scene);
    if (result !== undefined) judged.push({ term, ...result });
    // What a gate is about decides whether it asks for anything at all.
    if (result?.verdict === 'NOT_APPLICABLE') break;
  }
  return judged;
}

function clauseOf({ term, verdict, explanation, reads }: JudgedTerm): Clause {
  return { term, verdict, explanation, ...(reads !== undefined && { reads }) };
}

function earliest(all: readonly { readonly recheckAt?: string }[]): string | undefined {
  let first: string | undefined;
  for (const { recheckAt } of all)
    if (recheckAt !== undefined && (first === undefined || recheckAt < first)) first = recheckAt;
  return first;
}

function fill(message: string, facts: PolicyFacts): string {
  const values: Readonly<Record<(typeof placeholders)[number], string>> = {
    bundle: shortId(facts.bundle.digest),
    promotion: shortId(facts.promotionId),
    product: facts.product,
    lane: facts.lane,
  };
  return placeholders.reduce((filled, name) => filled.replaceAll(`{${name}}`, values[name]), message);
}
