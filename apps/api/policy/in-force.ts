import { hasNoPath } from '../../../core/policy/hotfix-path.js';
import { create } from '@bufbuild/protobuf';
import { type NewestGates, newestGates } from '../../../activities/policy/newest-gates.js';
import { type Preparation, whenPrepared } from '../../../activities/policy/preparation.js';
import { lanes } from '../../../core/lanes.js';
import { promotionKinds } from '../../../core/promotion/state.js';
import { type PolicyInForce, PolicyInForceSchema } from '#gen/governance/v1/gate_service_pb.js';
import type { Transaction } from '../../../store/database.js';
import type { ApiDeps } from '../deps.js';
import { toPolicyMessage, toValueSources } from './convert.js';

/**
 * What promotions of a product that were requested now would pin: one policy for each lane that it uses and each kind.
 *
 * @throws INVALID_POLICY, POLICY_UNTRUSTED
 */
export function policiesInForce(deps: ApiDeps, tenant: string, product: string): Promise<PolicyInForce[]> {
  return whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, (tx) => policiesOf(tx, known, product)),
  );
}

async function policiesOf(tx: Transaction, known: Preparation, product: string): Promise<PolicyInForce[]> {
  const policies: PolicyInForce[] = [];
  for (const lane of lanes)
    for (const kind of promotionKinds) {
      const newest = await newestGates(tx, known, { product, lane, kind });
      if (!('problem' in newest)) policies.push(toPolicyInForce(newest));
      else if (!hasNoPath(newest.problem)) throw newest.problem;
    }
  return policies;
}

/** The gates that apply now, for the wire. */
export function toPolicyInForce({
  digest,
  snapshot,
  sources,
  profile,
  definition,
  versions,
}: NewestGates): PolicyInForce {
  return create(PolicyInForceSchema, {
    policy: toPolicyMessage(digest, snapshot),
    sources: toValueSources(sources),
    profileSource: profile.source,
    definition,
    versions: [...versions],
  });
}
