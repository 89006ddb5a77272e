import { workflowIds } from '../../core/ids.js';
import { laneHolderQuery } from '../../workflows/lane/contract.js';
import type { Engine } from '../support/engine.js';
import { until } from '../support/until.js';
import { breakDisk, type Play, productOf } from './promotion-shapes.js';

const neverHealthy = 'setInterval(() => undefined, 1000);\n';

/** Waits until nobody waits for the bronze lane of a product any more. */
async function isUncontended(engine: Engine, product: string): Promise<{ workflowId: string }> {
  const workflowId = workflowIds.lane('default', product, 'bronze');
  await until(
    // It starts when somebody comes, which may be later.
    async () =>
      (await engine.client.workflow
        .getHandle(workflowId)
        .query(laneHolderQuery)
        .catch(() => undefined)) === null,
    'nobody to wait for the lane',
  );
  return { workflowId };
}

/** The control flows of the `lane` workflow. */
export const laneShapes: Readonly<Record<string, Play>> = {
  granted: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('guarded for long');
    const repair = await breakDisk(engine, bundle);
    await engine.reached(await shop.promote('bronze', bundle), 'GUARDING');
    const next = await shop.promote('bronze', await shop.seal('two'));
    await engine.reached(next, 'QUEUED');
    await repair();
    await engine.reached(next, 'LIVE');
    return isUncontended(engine, product);
  },
  'preempted-by-rollback': async (engine, product) => {
    const shop = productOf(engine, product);
    const before = await shop.seal('before');
    await shop.live('bronze', before);
    await shop.live('bronze', await shop.seal('after'));
    const bundle = await shop.seal('guarded for long');
    const repair = await breakDisk(engine, bundle);
    const holder = await shop.promote('bronze', bundle);
    await engine.reached(holder, 'GUARDING');
    await engine.reached(await shop.rollback('bronze', before), 'LIVE');
    await repair();
    await engine.reached(holder, 'LIVE');
    return isUncontended(engine, product);
  },
  'holder-terminated': async (engine, product) => {
    const shop = productOf(engine, product);
    const holder = await shop.promote('bronze', await shop.seal('hangs', neverHealthy));
    await engine.reached(holder, 'DEPLOYING');
    await holder.terminate('to be recorded');
    await shop.live('bronze', await shop.seal('next'));
    return isUncontended(engine, product);
  },
};
