import type { Lane } from '../lanes.js';
import type { PromotionKind } from '../promotion/state.js';
import type { Policy, PolicySnapshot, ValueSource } from './model.js';

/** What a policy is resolved for: the gates of one policy differ by it. */
export interface ResolutionContext {
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
}

/** The gates that apply, and where each of their values comes from. */
export interface ResolvedPolicy {
  readonly snapshot: PolicySnapshot;
  /** Beside the snapshot, whose digest covers the gates alone: what is asked for does not depend on where it is written. */
  readonly sources: readonly ValueSource[];
}

/** Resolves the gates of a policy. */
export function resolveSnapshot(policy: Policy, { product, lane, kind }: ResolutionContext): ResolvedPolicy {
  const gates = policy.gates.filter((gate) => gate.lanes.includes(lane) && gate.kinds.includes(kind));
  const applies = new Set(gates.map(({ id }) => id));
  return {
    snapshot: { policy: policy.name, product, lane, kind, gates },
    sources: policy.sources.filter(({ gate }) => applies.has(gate)),
  };
}
