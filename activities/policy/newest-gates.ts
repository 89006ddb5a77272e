import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, type LanekeeperError } from '../../core/errors.js';
import { type Applicable, lookUp, type RuleBook } from '../../core/governance/rule-book.js';
import { digestOfJson } from '../../core/hash.js';
import { requireHotfixPath } from '../../core/policy/hotfix-path.js';
import { type ResolutionContext, type ResolvedPolicy, resolveSnapshot } from '../../core/policy/resolve.js';
import { pinnedSteps } from '../../core/promotion/lane-steps.js';
import { contextOf } from '../../core/transformation/context.js';
import type { Transaction } from '../../store/database.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { type BelievedTransformation, believedTransformation } from './believed-transformation.js';
import type { Preparation } from './preparation.js';

/** The gates that apply now, as a promotion pins them, with what they come from. */
export interface NewestGates extends ResolvedPolicy, Pick<Applicable, 'profile' | 'definition' | 'versions'> {
  readonly digest: Digest;
}

/** What gates are looked up for. */
export type GatesOf = Pick<ResolutionContext, 'product' | 'lane' | 'kind'>;

/** Resolving is repeated in every round: what it yields is a function of the rules and of what it is asked for. */
const resolved = new WeakMap<RuleBook, Map<string, NewestGates>>();

/** How many answers are kept for one state of the rules. */
const maxKept = 2_000;

/**
 * The gates that apply to a product in a lane, by the rules that the transaction sees, or why there are none: rules, or a transformation,
 * that are not what people have signed.
 *
 * @throws Unprepared when they have not been verified yet
 */
export async function newestGates(
  tx: Transaction,
  known: Preparation,
  of: GatesOf,
): Promise<NewestGates | { readonly problem: LanekeeperError }> {
  const book = await known.rules(tx);
  if ('problem' in book) return book;
  try {
    const transformation = await believedTransformation(tx, known, of.product);
    const { versions, ...newest } = resolve(book, of, transformation);
    if (transformation === undefined) return { ...newest, versions };
    const { name, revision } = transformation;
    return { ...newest, versions: [...versions, `transformation/${name}@${String(revision)}`] };
  } catch (error) {
    const problem = asLanekeeperError(error);
    if (problem === undefined) throw error;
    return { problem };
  }
}

/**
 * Whether a promotion has to be judged by other gates than those that are pinned to it. The same rules may yield other gates
 * in another version of Lanekeeper; that is no reason to void what people have said.
 */
export function haveOtherRules(newest: NewestGates, promotion: StoredPromotion): boolean {
  const isSame = newest.versions.join() === promotion.policySources?.join();
  return newest.digest !== promotion.policyDigest && !isSame;
}

/** @throws INVALID_POLICY, UNKNOWN_LANE, NO_HOTFIX_PATH */
function resolve(
  book: RuleBook,
  { product, lane, kind }: GatesOf,
  transformation: BelievedTransformation | undefined,
): NewestGates {
  // What policies see of a transformation is a function of its name and its content, which was hashed when it was believed.
  const key = JSON.stringify([product, lane, kind, transformation?.name ?? '', transformation?.content ?? '']);
  const kept = resolved.get(book) ?? new Map<string, NewestGates>();
  const found = kept.get(key);
  if (found !== undefined) return found;
  const { rules, steps, ...from } = lookUp(book, {
    ...{ product, lane },
    ...(transformation !== undefined && { transformationProfile: transformation.spec.profile }),
  });
  const policy = resolveSnapshot(rules, {
    ...{ product, lane, kind },
    ...(transformation !== undefined && { transformation: { ...contextOf(transformation) } }),
  });
  requireHotfixPath(policy.snapshot);
  const snapshot = { ...policy.snapshot, ...pinnedSteps({ ...(steps !== undefined && { steps }) }, kind) };
  const newest = { ...policy, snapshot, ...from, digest: digestOfJson(snapshot) };
  if (kept.size >= maxKept) kept.clear();
  kept.set(key, newest);
  resolved.set(book, kept);
  return newest;
}
