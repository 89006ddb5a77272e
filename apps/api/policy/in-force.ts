import { create } from '@bufbuild/protobuf';
import { digestOfJson } from '../../../core/hash.js';
import { lanes } from '../../../core/lanes.js';
import type { RuleLayers } from '../../../core/policy/layers/document.js';
import { resolveSnapshot } from '../../../core/policy/resolve.js';
import { promotionKinds } from '../../../core/promotion/state.js';
import { type PolicyInForce, PolicyInForceSchema } from '#gen/governance/v1/gate_service_pb.js';
import { toPolicyMessage, toValueSources } from './convert.js';

/** What promotions of a product that were requested now would pin: one policy for each lane and kind. */
export function policiesInForce(rules: RuleLayers, product: string): PolicyInForce[] {
  return lanes.flatMap((lane) =>
    promotionKinds.map((kind) => {
      const { snapshot, sources } = resolveSnapshot(rules, { product, lane, kind });
      return create(PolicyInForceSchema, {
        policy: toPolicyMessage(digestOfJson(snapshot), snapshot),
        sources: toValueSources(sources),
      });
    }),
  );
}
