import { shortId } from '../ids.js';
import { type ApprovalGate, tallyApprovals, unknownExclusion } from './approvals.js';
import { authorshipOf, commitsFor, unsignedCommits } from './authorship.js';
import { evaluateRule } from './cel.js';
import { explainLeftOut, tallyEvidence } from './evidence.js';
import type { EvidenceFact, PolicyFacts, GateResult } from './facts.js';
import type { Gate, PolicySnapshot } from './model.js';
import { isBlocking, isOpen, outcomeOf, type RoundOutcome, type Verdict } from './verdict.js';

/** The result of one round of gates. */
export interface Evaluation {
  readonly results: readonly GateResult[];
  readonly outcome: RoundOutcome;
  readonly reason: string;
  /** RFC 3339: the earliest instant at which a verdict can change merely because time passes. */
  readonly recheckAt?: string;
}

/**
 * Evaluates all gates of a snapshot together. A pure function of (snapshot, facts, now), so that any old decision can
 * be replayed: ERROR never passes, missing evidence is PENDING and never PASS, evidence that became too old counts as
 * absent.
 */
export function evaluateGates(snapshot: PolicySnapshot, facts: PolicyFacts, now: Date): Evaluation {
  const results = snapshot.gates.map((gate) => evaluateGate(gate, facts, now));
  for (const more of [requestedChanges(facts), rollbackTarget(facts)]) if (more !== undefined) results.push(more);
  const open = results.filter(isBlocking);
  const times = results.flatMap((result) => (result.recheckAt === undefined ? [] : [result.recheckAt])).sort();
  return {
    results,
    outcome: outcomeOf(results),
    reason:
      open.length === 0
        ? 'every gate passes'
        : open.map((result) => `${result.gate}: ${result.explanation}`).join(' · '),
    ...(times[0] !== undefined && { recheckAt: times[0] }),
  };
}

function evaluateGate(gate: Gate, facts: PolicyFacts, now: Date): GateResult {
  const evidence = gate.evidence === undefined ? undefined : tallyEvidence(gate.evidence, facts, now);
  const history = facts.bundle.commits;
  const readsCommits =
    gate.commits?.signatures === 'required' || gate.approvals?.separation.includes('author') === true;
  const reliedOn = [...(evidence?.accepted.map((item) => item.id) ?? []), ...(readsCommits ? history.lists : [])];
  const result = (verdict: Verdict, explanation: string, extra: Partial<GateResult> = {}): GateResult => ({
    gate: gate.id,
    severity: gate.severity,
    verdict,
    explanation: gate.evidence === undefined ? explanation : `${explanation}${explainLeftOut(gate.evidence, facts)}`,
    reliedOn,
    waitsForPeople: false,
    ...(isOpen(verdict) && { next: fill(gate.message, facts) }),
    ...(evidence?.expiresAt !== undefined && { recheckAt: new Date(evidence.expiresAt).toISOString() }),
    ...extra,
  });
  if (evidence?.notApplicable === true)
    return result('NOT_APPLICABLE', 'the bundle has nothing that this gate is about');
  if (evidence !== undefined && evidence.missing.length > 0) {
    const explanation = evidence.missing.join('; ');
    return result(evidence.damaged === undefined ? 'PENDING' : 'ERROR', explanation);
  }
  if (gate.rule !== undefined) {
    const rule = evaluateRule(gate.rule, variables(facts, evidence?.accepted ?? []));
    if (!rule.ok) return result('ERROR', `the rule could not be evaluated: ${rule.why}`);
    if (!rule.value)
      return result(gate.evidence === undefined ? 'PENDING' : 'FAIL', describeFailure(gate, evidence?.accepted ?? []));
  }
  if (gate.commits?.signatures === 'required') {
    const { problem, brought } = commitsFor(gate.commits, history);
    if (problem !== undefined) return result('PENDING', `it is not known what this bundle brings: ${problem}`);
    const unsigned = unsignedCommits(gate.commits, history);
    if (unsigned.length > 0) return result('FAIL', describeUnsigned(unsigned, brought.length));
  }
  const { approvals } = gate;
  if (approvals === undefined)
    return result('PASS', evidence === undefined ? passWithoutEvidence(gate) : passText(evidence.accepted));
  return judgeApprovals({ ...gate, approvals }, facts, reliedOn, result);
}

/** Builds the result of a gate. */
type MakeResult = (verdict: Verdict, explanation: string, extra?: Partial<GateResult>) => GateResult;

function judgeApprovals(
  gate: ApprovalGate,
  facts: PolicyFacts,
  reliedOn: readonly string[],
  result: MakeResult,
): GateResult {
  const unknown = unknownExclusion(gate, facts);
  if (unknown !== undefined) return result('PENDING', unknown.explanation, { next: unknown.next });
  const tally = tallyApprovals(gate, facts);
  const people = tally.counted.map((approval) => approval.principal).join(', ');
  if (tally.missing > 0) {
    const notCounted = tally.refused.length > 0 ? `; not counted: ${tally.refused.join('; ')}` : '';
    const roles = gate.approvals.distinctRoles ? ' of different roles' : '';
    const agents = tally.count > gate.approvals.count ? ', because agents wrote some of its commits' : '';
    return result(
      'PENDING',
      `${tally.missing} of ${tally.count} approvals${roles} missing${agents}${people === '' ? '' : ` (given: ${people})`}${notCounted}`,
      { waitsForPeople: true },
    );
  }
  return result('PASS', `approved by ${people}`, {
    reliedOn: [...reliedOn, ...tally.counted.map((approval) => approval.attestationId)],
  });
}

function describeUnsigned(unsigned: readonly string[], count: number): string {
  const shown = unsigned.slice(0, 5).join('; ');
  const more = unsigned.length > 5 ? `; and ${unsigned.length - 5} more` : '';
  return `${unsigned.length} of ${count} commits do not count as signed: ${shown}${more}`;
}

function passWithoutEvidence(gate: Gate): string {
  return gate.rule === undefined ? 'every commit is signed with an enrolled key' : 'the rule holds';
}

/** A person who asked for changes holds the promotion until they approve. */
function requestedChanges(facts: PolicyFacts): GateResult | undefined {
  const latest = new Map(facts.approvals.map((approval) => [approval.principal, approval]));
  const open = [...latest.values()].filter((approval) => approval.verb === 'request-changes');
  if (open.length === 0) return undefined;
  return {
    gate: 'changes-requested',
    severity: 'BLOCKING',
    verdict: 'PENDING',
    explanation: open.map((item) => `${item.principal} asks for changes: ${item.comment}`).join('; '),
    next: `make the changes in a new bundle, or ask ${open.map((item) => item.principal).join(', ')} to approve`,
    reliedOn: open.map((item) => item.attestationId),
    waitsForPeople: false,
  };
}

/** A rollback goes back to what was live before: not to what another rollback has withdrawn since it was requested. */
function rollbackTarget({ kind, lane, lanes, product }: PolicyFacts): GateResult | undefined {
  if (kind !== 'ROLLBACK' || lanes[lane].wasLive) return undefined;
  return {
    gate: 'rollback-target',
    severity: 'BLOCKING',
    verdict: 'FAIL',
    explanation: `another rollback has withdrawn the bundle from ${lane}`,
    next: `abort this one, then go back from what is live now: lane rollback ${product} --lane ${lane}`,
    reliedOn: [],
    waitsForPeople: false,
  };
}

/**
 * The variables that a rule sees. `now` is not among them: time enters only through declared terms such as `maxAge`.
 */
function variables(facts: PolicyFacts, evidence: readonly EvidenceFact[]): Record<string, unknown> {
  return {
    bundle: {
      digest: facts.bundle.digest,
      revision: facts.bundle.revision,
      source: {
        repository: facts.bundle.repository,
        revision: facts.bundle.revision,
        tree: facts.bundle.tree,
        author: facts.bundle.author,
      },
      images: facts.bundle.images,
      sdks: facts.bundle.sdks,
      commits: commitVariables(facts),
      methodology: facts.bundle.methodology,
      plan: facts.bundle.plan,
    },
    evidence: evidence.map((item) => ({ kind: item.kind, signer: item.signer?.principal ?? '', ...item.attributes })),
    requester: {
      known: facts.requester !== undefined,
      name: facts.requester?.principal ?? '',
      roles: facts.requester?.roles ?? [],
    },
    lane: facts.lane,
    lanes: facts.lanes,
  };
}

/** What rules see of the commits that the bundle brings, with nothing live of all that its release lists. */
function commitVariables({ bundle: { commits } }: PolicyFacts): Record<string, unknown> {
  const { authors, agents, unknown } = authorshipOf({ firstRelease: 'every-commit', signatures: 'optional' }, commits);
  return { count: commits.brought.length, known: commits.problem === undefined, authors, agents, unknown };
}

function describeFailure(gate: Gate, accepted: readonly EvidenceFact[]): string {
  const results = accepted.flatMap((item) =>
    item.attributes['result'] === undefined ? [] : [`${item.kind} says ${String(item.attributes['result'])}`],
  );
  return results.length > 0 ? [...new Set(results)].join('; ') : `${gate.rule ?? 'the rule'} does not hold`;
}

function passText(accepted: readonly EvidenceFact[]): string {
  const signers = [...new Set(accepted.map((item) => item.signer?.principal ?? 'nobody'))].join(', ');
  return `${accepted.length} found, signed by ${signers}`;
}

function fill(message: string, facts: PolicyFacts): string {
  return message
    .replaceAll('{bundle}', shortId(facts.bundle.digest))
    .replaceAll('{promotion}', shortId(facts.promotionId))
    .replaceAll('{product}', facts.product)
    .replaceAll('{lane}', facts.lane);
}
