import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';
import type { ValueSource } from '../policy/model.js';
import type { PromotionKind } from '../promotion/state.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/**
 * The predicate `https://lanekeeper.dev/attestation/promotion/v1` (`core/schemas/promotion.schema.json`): how a
 * promotion ended.
 */
export interface PromotionPredicate {
  readonly kind: PromotionKind;
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly promotion: { readonly id: string; readonly workflowId: string };
  readonly outcome: 'LIVE' | 'REJECTED' | 'ABORTED' | 'FAILED';
  readonly policySnapshot: Digest;
  /** What its gates came from; absent for promotions from before rules had versions. */
  readonly rules?: {
    /** The promotion definition that it ran, as `name@version`. */
    readonly definition: string;
    /** The versions of rules, as `kind/name@version`, the lowest layer first. */
    readonly versions: readonly string[];
    /** Each value in effect, as JSON, and the file, line and override that set it; a value without a file is a default. */
    readonly values: readonly ValueSource[];
  };
  /** The grant of the lane under which the switch was made. */
  readonly fencingToken?: number;
  /** What was live before. */
  readonly previousBundle?: Digest;
  readonly requester?: string;
  /** The decisions that the promotion rests on, by the digests of their signed bundles. */
  readonly decisions: readonly Digest[];
  /** RFC 3339 in UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** The statement on how a promotion ended, about the bundle and its images. */
export function promotionStatement(
  subject: readonly Subject[],
  predicate: PromotionPredicate,
): Statement<PromotionPredicate> {
  return statementOf(predicateTypes.promotion, subject, predicate);
}
