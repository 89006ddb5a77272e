import { type Digest, parseDigest } from '../digest.js';
import { parseName } from '../ids.js';
import { json, matching, oneOf, optional, parseObject } from '../input.js';
import { type Lane, parseLane } from '../lanes.js';
import { type PromotionKind, promotionKinds } from './state.js';

/** What starts a promotion: the documented JSON of the Temporal front door. */
export interface PromotionStart {
  /** `default` if absent. */
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  /** `sha256:<hex>` of the sealed bundle. */
  readonly bundle: Digest;
  /** PROMOTION if absent. */
  readonly kind: PromotionKind;
  /** The signed request: a Sigstore bundle. */
  readonly request?: unknown;
  /** The id of a promotion to go on with, whose run has ended: then no new one is opened. */
  readonly promotion?: string;
}

/** Reads the id of a promotion's record. @throws INVALID_INPUT */
export const promotionId = matching(/^[0-9A-Za-z-]{1,64}$/, 'an id of at most 64 characters');

/** The largest signed statement, in characters of JSON. A real one is about 3,000. */
export const maxStatementLength = 32_768;

/** Reads an input that was given to Temporal, without trusting any of it. @throws INVALID_INPUT, UNKNOWN_LANE */
export function parsePromotionStart(value: unknown): PromotionStart {
  const {
    tenant = 'default',
    kind = 'PROMOTION',
    ...input
  } = parseObject(value, 'input of the promotion workflow', {
    tenant: optional(parseName),
    product: parseName,
    lane: parseLane,
    bundle: parseDigest,
    kind: optional(oneOf(...promotionKinds)),
    request: optional(json(maxStatementLength)),
    promotion: optional(promotionId),
  });
  return { tenant, kind, ...input };
}
