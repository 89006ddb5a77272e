import type { GovernanceCase } from '#gen/governance/v1/case_pb.js';

/** How many things there are to decide about: several gates of one promotion are one. */
export function countThings(cases: readonly GovernanceCase[]): number {
  return new Set(cases.map(({ promotionId, id }) => promotionId || id)).size;
}
