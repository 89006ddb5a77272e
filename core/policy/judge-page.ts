import type { Digest } from '../digest.js';
import { asLanekeeperError } from '../errors.js';
import { canonicalJson } from '../hash.js';
import type { Lane } from '../lanes.js';
import { type Counterfactual, refusedUnder, replayUnder, snapshotFor } from './counterfactual.js';
import { type DecisionPage, openPage, type OpenedDecision, type PagedDecision } from './decision-page.js';
import type { RuleLayers } from './layers/document.js';
import type { PolicySnapshot } from './model.js';
import { type Difference, replay } from './replay.js';

/** A decision that is another one than it was, or a part of which is. */
export interface JudgedDecision {
  readonly about: Omit<PagedDecision, 'facts' | 'snapshot' | 'recorded'>;
  readonly before: PagedDecision['recorded']['outcome'];
  /** Under a proposed policy. */
  readonly proposed?: Counterfactual;
  /** As it was. */
  readonly differences: readonly Difference[];
}

/** How many decisions were replayed, and what became of them. */
export interface ReplayTotals {
  readonly decisions: number;
  readonly blocked: number;
  readonly letThrough: number;
  readonly unknown: number;
  /** Those from which the same would have followed, although gates of theirs change. */
  readonly gatesChanged: number;
  readonly differing: number;
}

/** The rules that apply to a decision. @throws INVALID_POLICY, UNKNOWN_LANE */
export type RulesOf = (of: {
  readonly product: string;
  readonly lane: Lane;
  /** The profile that the transformation of the product named then; empty where it named none. */
  readonly transformationProfile: string;
}) => RuleLayers;

/** The gates that apply, or why the product does not use the lane. */
type Resolved = { readonly snapshot: PolicySnapshot; readonly digest: Digest } | { readonly refused: string };

/** Replays pages of decisions: as they were, or under proposed rules. */
export class Judge {
  readonly #rules: RulesOf | undefined;
  /** By what they are resolved for. */
  readonly #snapshots = new Map<string, Resolved>();

  constructor(rules?: RulesOf) {
    this.#rules = rules;
  }

  /** Those of a page that change or differ, in its order. @throws INVALID_POLICY */
  *judge(page: DecisionPage): Generator<JudgedDecision> {
    for (const decision of openPage(page)) {
      const judged = this.#judgeOne(decision);
      if (judged.differences.length > 0 || isChanged(judged.proposed)) yield judged;
    }
  }

  #judgeOne(decision: OpenedDecision): JudgedDecision {
    const { facts: _facts, snapshot: _snapshot, recorded, ...about } = decision.about;
    const before = recorded.outcome;
    if (this.#rules === undefined) return { about, before, differences: replay(decision) };
    const resolved = this.#resolve(this.#rules, decision);
    const proposed = 'refused' in resolved ? refusedUnder(decision, resolved.refused) : replayUnder(resolved, decision);
    return { about, before, differences: [], proposed };
  }

  #resolve(rules: RulesOf, decision: OpenedDecision): Resolved {
    const { product, lane, kind } = decision.snapshot;
    const key = canonicalJson([product, lane, kind, decision.facts.transformation ?? null]);
    let known = this.#snapshots.get(key);
    if (known === undefined) {
      const transformationProfile = decision.facts.transformation?.profile ?? '';
      known = orRefused(() => snapshotFor(rules({ product, lane, transformationProfile }), decision));
      if (this.#snapshots.size >= maxSnapshots) this.#snapshots.clear();
      this.#snapshots.set(key, known);
    }
    return known;
  }
}

/** A lane that was used then need not be used under the rules that are in force now. */
function orRefused(resolve: () => Resolved): Resolved {
  try {
    return resolve();
  } catch (error) {
    const known = asLanekeeperError(error);
    if (known?.code !== 'UNKNOWN_LANE') throw error;
    return { refused: [known.message, known.why].filter((text) => text !== undefined).join(': ') };
  }
}

/** How many snapshots are kept resolved. */
const maxSnapshots = 1_000;

function isChanged(proposed: Counterfactual | undefined): boolean {
  return (
    proposed !== undefined &&
    (proposed.effect !== 'SAME' || proposed.gates.length > 0 || proposed.refused !== undefined)
  );
}

/** The totals before the first decision. */
export const noTotals: ReplayTotals = {
  ...{ decisions: 0, blocked: 0, letThrough: 0, unknown: 0, gatesChanged: 0, differing: 0 },
};

/** The totals once these are counted as well. */
export function addTotals(
  totals: ReplayTotals,
  { decisions }: DecisionPage,
  judged: readonly JudgedDecision[],
): ReplayTotals {
  const count = (is: (one: JudgedDecision) => boolean): number => judged.filter(is).length;
  return {
    decisions: totals.decisions + decisions.length,
    blocked: totals.blocked + count(({ proposed }) => proposed?.effect === 'BLOCKED'),
    letThrough: totals.letThrough + count(({ proposed }) => proposed?.effect === 'LET_THROUGH'),
    unknown: totals.unknown + count(({ proposed }) => proposed?.effect === 'UNKNOWN'),
    gatesChanged: totals.gatesChanged + count(({ proposed }) => proposed?.effect === 'SAME'),
    differing: totals.differing + count(({ differences }) => differences.length > 0),
  };
}
