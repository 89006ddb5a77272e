import type { Lane } from '#gen/governance/v1/lane_pb.js';
import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';

/** A bundle, with its newest promotion into each lane. */
export interface MatrixRow {
  readonly bundle: ReleaseBundle;
  readonly newest: ReadonlyMap<Lane, Promotion>;
}

/**
 * Bundles by lanes. @param promotions newest first, as the server lists them
 */
export function matrixOf(bundles: readonly ReleaseBundle[], promotions: readonly Promotion[]): readonly MatrixRow[] {
  const byBundle = new Map<string, Map<Lane, Promotion>>();
  for (const promotion of promotions) {
    const lanes = byBundle.get(promotion.bundleDigest) ?? new Map<Lane, Promotion>();
    byBundle.set(promotion.bundleDigest, lanes);
    // What is live or under way says more than an attempt after it that was refused at once.
    const known = lanes.get(promotion.lane);
    if (known === undefined || (known.endedAt !== undefined && promotion.endedAt === undefined))
      lanes.set(promotion.lane, promotion);
  }
  return bundles.map((bundle) => ({ bundle, newest: byBundle.get(bundle.digest) ?? new Map() }));
}
