import { statusQuery } from '../../workflows/promotion/contract.js';
import { startApiOn } from '../support/lane-runner.js';
import { deskOf, publish } from '../support/policy-people.js';
import { until } from '../support/until.js';
import { type Play, productOf } from './promotion-shapes.js';

/** The control flows of the `promotion` workflow while rules change. */
export const rulesShapes: Readonly<Record<string, Play>> = {
  repinned: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('repinned');
    await shop.live('bronze', bundle);
    const handle = await shop.promote('silver', bundle);
    await engine.reached(handle, 'GATING');
    const { policyDigest } = await handle.query(statusQuery);
    const api = await startApiOn(engine);
    try {
      await publish(deskOf(engine, api), onlyThePreview(product), { name: product });
      await until(async () => (await handle.query(statusQuery)).policyDigest !== policyDigest, 'other gates');
    } finally {
      await api.close();
    }
    await shop.attach(bundle);
    await engine.reached(handle, 'LIVE');
    return handle;
  },
};

/** Another policy than the one under which it was requested. */
function onlyThePreview(product: string): string {
  return `apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: ${product} }
spec:
  gates:
    - id: preview-check
      type: DEFINITION_OF_DONE
      lanes: [silver]
      evidence: { kind: preview-check, signers: { roles: [developer] } }
`;
}
