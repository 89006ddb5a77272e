import type { Lane } from '../lanes.js';
import { evidenceKindsOf } from './evidence.js';
import type { PolicySnapshot } from './model.js';

/** What the gates of a snapshot ask for, so that nothing else has to be read. */
export interface WantedFacts {
  /** Kinds of evidence. */
  readonly kinds: ReadonlySet<string>;
  /** Lanes of which it matters when the bundle was live there. */
  readonly soakLanes: readonly Lane[];
  /** Lanes of other products of which it matters whether something is live there. */
  readonly predecessors: readonly { readonly product: string; readonly lane: Lane }[];
  /** Lanes with whose live bundle metrics are compared. */
  readonly baselines: readonly Lane[];
}

/** People's decisions, and nothing else. */
export const onlyDecisions: WantedFacts = {
  kinds: new Set(['decision']),
  soakLanes: [],
  predecessors: [],
  baselines: [],
};

/** What the gates of a snapshot ask for, and people's decisions. */
export function wantedBy({ gates, lane, product: own }: PolicySnapshot): WantedFacts {
  const predecessors = gates.flatMap((gate) =>
    (gate.predecessors?.of ?? []).flatMap(({ product, lane: other }) =>
      product === undefined || product === own ? [] : [{ product, lane: other }],
    ),
  );
  return {
    kinds: new Set(['decision', ...gates.flatMap(evidenceKindsOf)]),
    soakLanes: distinct(gates.flatMap(({ soak }) => (soak === undefined ? [] : [soak.lane]))),
    predecessors,
    baselines: distinct(
      gates.flatMap(({ metric }) => (metric?.baseline === undefined ? [] : [metric.baseline.lane ?? lane])),
    ),
  };
}

function distinct(lanes: readonly Lane[]): readonly Lane[] {
  return [...new Set(lanes)];
}
