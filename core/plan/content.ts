import type { Digest } from '../digest.js';
import { canonicalJson, digestOf, type Hashing, portableHashing } from '../hash.js';
import type { Lane } from '../lanes.js';
import { evidenceKindsOf } from '../policy/evidence.js';
import type { Evaluation } from '../policy/evaluate.js';
import type { PolicyFacts } from '../policy/facts.js';
import type { Gate, PolicySnapshot } from '../policy/model.js';
import type { Severity, Verdict } from '../policy/verdict.js';
import type { Priority, Schedule } from '../promotion/schedule.js';
import type { PromotionKind } from '../promotion/state.js';
import type { RestrictionKind } from '../restriction/model.js';

/** A gate as a plan has seen it. */
export interface PlannedGate {
  readonly gate: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** Of all that the gate has read. */
  readonly inputs: Digest;
}

/** A window, the holds of a scope or a recall as a plan has seen it. */
export interface PlannedRestriction {
  readonly kind: RestrictionKind;
  readonly name: string;
  readonly revision: number;
  readonly content: Digest;
  /** Who has put it last. */
  readonly by: string;
}

/**
 * Everything that a plan rests on, which its digest names. The clock is not in it: a plan stays the same as long as nothing
 * changes, which includes every verdict. Every list is in an order of its own, so that equal plans are equal texts.
 */
export interface PlanContent {
  readonly tenant: string;
  readonly product: string;
  readonly bundle: Digest;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  /** For whom it was made: whoever requests the promotion may not approve it. */
  readonly requester: string;
  readonly policy: Digest;
  /** The promotion definition, as `name@version`. */
  readonly definition: string;
  /** What is live in the lane; null where nothing is. */
  readonly live: Digest | null;
  readonly gates: readonly PlannedGate[];
  /** What is said besides the gates. */
  readonly notices: readonly string[];
  readonly restrictions: readonly PlannedRestriction[];
  /** Why restrictions are not to be believed; null where they are. */
  readonly problem: string | null;
  /** The promotions that have the lane or wait for it, besides the one that is planned. */
  readonly queue: readonly { readonly id: string; readonly holds: boolean }[];
  readonly schedule: Omit<Schedule, 'priority'> & { readonly priority: Priority };
}

/** What a plan's content is made of. */
export interface PlanParts extends Omit<
  PlanContent,
  'gates' | 'notices' | 'product' | 'lane' | 'kind' | 'tenant' | 'bundle'
> {
  readonly snapshot: PolicySnapshot;
  readonly facts: PolicyFacts;
  readonly evaluation: Pick<Evaluation, 'results' | 'notices'>;
}

/** The content of a plan. @param hashing that of the platform, where it has one */
export function contentOf(
  { snapshot, facts, evaluation, ...rest }: PlanParts,
  hashing: Hashing = portableHashing,
): PlanContent {
  const { tenant, product, lane, kind, bundle } = facts;
  const gates = new Map(snapshot.gates.map((gate) => [gate.id, gate]));
  const inputs = inputsFrom(facts, hashing);
  return {
    ...rest,
    ...{ tenant, product, lane, kind, bundle: bundle.digest },
    gates: evaluation.results
      .flatMap(({ gate, verdict, severity }) => {
        const known = gates.get(gate);
        return known === undefined ? [] : [{ gate, verdict, severity, inputs: inputs(known) }];
      })
      .sort((a, b) => byText(a.gate, b.gate)),
    notices: [...new Set(evaluation.notices.map(({ notice }) => notice))].sort(byText),
    restrictions: rest.restrictions
      .map(({ kind: of, name, revision, content, by }) => ({ kind: of, name, revision, content, by }))
      .sort((a, b) => byText(`${a.kind}/${a.name}`, `${b.kind}/${b.name}`)),
    queue: rest.queue.map(({ id, holds }) => ({ id, holds })).sort((a, b) => byText(a.id, b.id)),
  };
}

/** A plan's content as text: canonical JSON (RFC 8785). */
export function textOfPlan(content: PlanContent): string {
  return canonicalJson(content);
}

/** The digest that names a plan. */
export function digestOfPlan(content: PlanContent, hashing: Hashing = portableHashing): Digest {
  return digestOf(textOfPlan(content), hashing);
}

/** What each gate reads, by digest; what several read is hashed once. */
function inputsFrom(facts: PolicyFacts, hashing: Hashing): (gate: Gate) => Digest {
  const named = (value: unknown) => digestOf(canonicalJson(value ?? null), hashing);
  const { bundle, evidence, leftOut = {}, requester, approvals, waivers, lanes, products, baselines } = facts;
  let commits: Digest | undefined;
  let transformation: Digest | undefined;
  return (gate) => {
    const kinds = new Set(evidenceKindsOf(gate));
    const readsLanes = new Set([
      ...(gate.soak === undefined ? [] : [gate.soak.lane]),
      ...(gate.predecessors?.of ?? []).map(({ lane }) => lane),
    ]);
    const readsPeople = gate.approvals !== undefined || gate.commits !== undefined || gate.rule !== undefined;
    return named({
      evidence: evidence
        .filter(({ kind }) => kinds.has(kind))
        .map(({ id, checksum, problem = null, signer = null }) => ({ id, checksum, problem, signer }))
        .sort((a, b) => byText(a.id, b.id)),
      leftOut: Object.entries(leftOut)
        .filter(([kind]) => kinds.has(kind))
        .sort(([a], [b]) => byText(a, b)),
      waivers: waivers.filter((waiver) => waiver.gate === gate.id),
      lanes: Object.entries(lanes)
        .filter(([lane]) => gate.rule !== undefined || [...readsLanes].some((read) => read === lane))
        .map(([lane, { url: _url, ...fact }]) => ({ lane, ...fact })),
      ...(readsPeople && {
        requester: requester === undefined ? null : { principal: requester.principal, roles: requester.roles },
        approvals: approvals
          .map(({ comment: _comment, ...approval }) => approval)
          .sort((a, b) => byText(a.attestationId, b.attestationId)),
        commits: (commits ??= named(bundle.commits)),
      }),
      ...(gate.predecessors !== undefined && { products: products ?? null }),
      ...(gate.metric?.baseline !== undefined && { baselines: baselines ?? null }),
      ...((gate.rule !== undefined || gate.artifacts !== undefined) && {
        transformation: (transformation ??= named(facts.transformation)),
      }),
    });
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
