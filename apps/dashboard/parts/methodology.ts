import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';

/** What a bundle was made for, in the terms of its team's method; empty when nobody said it. */
export function methodologyIn({ methodologyContext }: ReleaseBundle): string {
  const { profile = '', increment = '', piObjective = '', admDeliverable = '' } = methodologyContext ?? {};
  return [profile, increment, piObjective, admDeliverable].filter((text) => text !== '').join(' · ');
}
