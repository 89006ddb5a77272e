import { parseDigest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Decision } from '../evidence/decision.js';
import { digestOf } from '../hash.js';
import { shortId } from '../ids.js';
import type { Lane } from '../lanes.js';
import type { DecisionVerb } from './verbs.js';

/** A decision without what signing adds: the principal, the times and the nonce. */
export type UnsignedDecision = Omit<Decision, 'principal' | 'nonce' | 'issuedAt' | 'expiresAt'>;

/** How long a decision is valid, in milliseconds: sent at once, and written to a file to be sent later. */
export const decisionValidity = { now: 3_600_000, later: 24 * 3_600_000 } as const;

/** What a person was shown about a promotion, as the API answers. */
export interface Shown {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundleDigest: string;
  readonly promotionId: string;
  readonly workflowId: string;
  readonly policyDigest: string;
  /** The facts in canonical JSON. */
  readonly facts: string;
  readonly factsDigest: string;
}

/**
 * Checks that the digest to be signed is the digest of exactly the facts that are shown.
 * @throws BUNDLE_CORRUPT
 */
export function requireShownFacts({ facts, factsDigest, promotionId }: Omit<Shown, 'lane'>): void {
  if (digestOf(facts) === factsDigest) return;
  throw new LanekeeperError('BUNDLE_CORRUPT', {
    message: 'the facts do not match their digest',
    object: `promotion ${shortId(promotionId)}`,
    why: 'the digest to be signed is not the digest of what would be shown',
    next: 'lane doctor',
  });
}

/** What a person decides about a promotion that they were shown. @throws BUNDLE_CORRUPT */
export function decisionAbout(shown: Shown, verb: DecisionVerb, comment?: string): UnsignedDecision {
  requireShownFacts(shown);
  const { tenant, product, lane } = shown;
  return {
    ...{ verb, tenant, product, lane },
    bundle: parseDigest(shown.bundleDigest),
    promotion: { id: shown.promotionId, workflowId: shown.workflowId },
    policySnapshot: parseDigest(shown.policyDigest),
    facts: parseDigest(shown.factsDigest),
    ...(comment !== undefined && { comment }),
  };
}

/** The decision as it is signed. @param by.nonce random, 16 to 64 letters, digits and hyphens */
export function completeDecision(
  decision: UnsignedDecision,
  by: { readonly principal: string; readonly nonce: string; readonly now: Date; readonly validForMs: number },
): Decision {
  return {
    ...decision,
    principal: by.principal,
    nonce: by.nonce,
    issuedAt: by.now.toISOString(),
    expiresAt: new Date(by.now.getTime() + by.validForMs).toISOString(),
  };
}
