import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';
import type { PromotionKind } from '../promotion/state.js';
import { putTogether } from './fact-sheet.js';
import type { PolicySnapshot } from './model.js';
import type { RecordedDecision, RecordedResults } from './replay.js';

/** A round of gates, with places in its page for what it was decided on. */
export interface PagedDecision {
  readonly promotionId: string;
  readonly round: number;
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly bundle: Digest;
  readonly policyDigest: Digest;
  /** RFC 3339. */
  readonly evaluatedAt: string;
  readonly recorded: RecordedResults;
  /** In {@link DecisionPage.snapshots}. */
  readonly snapshot: number;
  /** In {@link DecisionPage.facts}, in the order in which they are put together. */
  readonly facts: readonly number[];
}

/** Some decisions, with what they share only once. It is data alone, so that it can be sent to a thread. */
export interface DecisionPage {
  readonly decisions: readonly PagedDecision[];
  /** Gates that they were decided by, each the text that its digest was compared with. */
  readonly snapshots: readonly string[];
  /** Facts, as text like the gates. */
  readonly facts: readonly string[];
}

/** A decision of a page, as it is evaluated again. */
export interface OpenedDecision extends RecordedDecision {
  readonly about: PagedDecision;
}

/** The decisions of a page in their order, each opened when it is its turn. */
export function* openPage({ decisions, snapshots, facts }: DecisionPage): Generator<OpenedDecision> {
  const openedSnapshots = onDemand(snapshots);
  const openedFacts = onDemand(facts);
  for (const about of decisions) {
    const { evaluatedAt, recorded } = about;
    // Its digest proves that it is what was pinned.
    const snapshot = openedSnapshots(about.snapshot) as PolicySnapshot;
    yield { about, snapshot, evaluatedAt, recorded, ...putTogether(about.facts.map(openedFacts)) };
  }
}

/** Parses each text when it is first asked for, and once. */
function onDemand(texts: readonly string[]): (index: number) => unknown {
  const parsed = new Map<number, unknown>();
  return (index) => {
    const known = parsed.get(index);
    if (known !== undefined) return known;
    const value = JSON.parse(texts[index] ?? '') as unknown;
    parsed.set(index, value);
    return value;
  };
}
