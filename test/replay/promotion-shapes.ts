import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { hexOf, type Digest } from '../../core/digest.js';
import type { DecisionVerb } from '../../core/decision/verbs.js';
import type { Lane } from '../../core/lanes.js';
import { workflowIds } from '../../core/ids.js';
import { parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  abortUpdate,
  decideUpdate,
  decisionSignal,
  promotionWorkflowType,
  retryUpdate,
} from '../../workflows/promotion/contract.js';
import type { Engine, PromotionHandle } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

/**
 * Plays one control flow on a product of its own.
 * @returns the workflow id to record, and the run id unless it is the newest run
 */
export type Play = (
  engine: Engine,
  product: string,
) => Promise<{ readonly workflowId: string; readonly runId?: string }>;

const neverHealthy = 'setInterval(() => undefined, 1000);\n';

/** A product with the actions that its promotions need. */
export function productOf(engine: Engine, product: string) {
  const sign = (person: string, verb: DecisionVerb, lane: Lane, bundle: Digest, handle?: PromotionHandle) =>
    engine.sign(
      person,
      { verb, lane, bundle, ...(handle !== undefined && { promotionId: handle.firstExecutionRunId }) },
      { product },
    );
  const promote = (lane: Lane, bundle: Digest, request?: unknown) =>
    engine.promote({ product, lane, bundle, ...(request !== undefined && { request }) });
  const live = async (lane: Lane, bundle: Digest): Promise<PromotionHandle> => {
    const handle = await promote(lane, bundle);
    await engine.reached(handle, 'LIVE');
    return handle;
  };
  return {
    sign,
    promote,
    live,
    seal: (text: string, source?: string) =>
      sealText(engine, `${product} ${text}`, { product, ...(source !== undefined && { source }) }),
    attach: (bundle: Digest) => attachPreviewCheck(engine, bundle, { product }),
    async rollback(lane: Lane, bundle: Digest): Promise<PromotionHandle> {
      return engine.promote({
        product,
        lane,
        bundle,
        kind: 'ROLLBACK',
        request: await sign('carol', 'rollback', lane, bundle),
      });
    },
    async inGold(): Promise<{ handle: PromotionHandle; bundle: Digest }> {
      const bundle = await this.seal('gold');
      await live('bronze', bundle);
      await this.attach(bundle);
      await live('silver', bundle);
      const handle = await promote('gold', bundle, await sign('dev', 'request', 'gold', bundle));
      await engine.reached(handle, 'AWAITING_APPROVAL');
      return { handle, bundle };
    },
  };
}

/** The control flows of the `promotion` workflow. */
export const promotionShapes: Readonly<Record<string, Play>> = {
  live: async (engine, product) => {
    const shop = productOf(engine, product);
    return shop.live('bronze', await shop.seal('live'));
  },
  'waits-for-evidence': async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('waits');
    await shop.live('bronze', bundle);
    const handle = await shop.promote('silver', bundle);
    await engine.reached(handle, 'GATING');
    await shop.attach(bundle);
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  gold: async (engine, product) => {
    const shop = productOf(engine, product);
    const { handle, bundle } = await shop.inGold();
    const decide = async (person: string) =>
      handle.executeUpdate(decideUpdate, {
        args: [{ statement: await shop.sign(person, 'approve', 'gold', bundle, handle) }],
      });
    await decide('dev');
    await decide('alice');
    await handle.signal(decisionSignal, 'not signed by anybody');
    await handle.signal(decisionSignal, await shop.sign('bob', 'approve', 'gold', bundle, handle));
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  rejected: async (engine, product) => {
    const shop = productOf(engine, product);
    const { handle, bundle } = await shop.inGold();
    await handle.executeUpdate(decideUpdate, {
      args: [{ statement: await shop.sign('alice', 'reject', 'gold', bundle, handle) }],
    });
    await handle.result();
    return handle;
  },
  'aborted-while-gating': async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('aborted');
    const handle = await shop.promote('silver', bundle);
    await engine.reached(handle, 'GATING');
    await handle.executeUpdate(abortUpdate, {
      args: [{ statement: await shop.sign('dev', 'abort', 'silver', bundle, handle) }],
    });
    await handle.result();
    return handle;
  },
  'aborted-while-deploying': async (engine, product) => {
    const shop = productOf(engine, product);
    await shop.live('bronze', await shop.seal('before'));
    const bundle = await shop.seal('hangs', neverHealthy);
    const handle = await shop.promote('bronze', bundle);
    await engine.reached(handle, 'DEPLOYING');
    await handle.executeUpdate(abortUpdate, {
      args: [{ statement: await shop.sign('dev', 'abort', 'bronze', bundle, handle) }],
    });
    await handle.result();
    return handle;
  },
  'failed-unhealthy': async (engine, product) => {
    const shop = productOf(engine, product);
    const handle = await shop.promote('bronze', await shop.seal('ill', neverHealthy));
    await handle.result();
    return handle;
  },
  'errored-then-retried': async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('trouble');
    const repair = await breakDisk(engine, bundle);
    const handle = await shop.promote('bronze', bundle);
    await engine.reached(handle, 'GUARDING');
    await until(
      async () =>
        (
          await engine.database.transaction('default', (tx) =>
            tx.query("select 1 from promotions where first_run_id = $1 and state = 'ERRORED'", [
              handle.firstExecutionRunId,
            ]),
          )
        ).length > 0,
      'the attempts to run out',
      90_000,
    );
    await repair();
    await handle.executeUpdate(retryUpdate, {
      args: [{ statement: await shop.sign('dev', 'retry', 'bronze', bundle, handle) }],
    });
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  superseded: async (engine, product) => {
    const shop = productOf(engine, product);
    const handle = await shop.live('bronze', await shop.seal('one'));
    await shop.live('bronze', await shop.seal('two'));
    await handle.result();
    return handle;
  },
  'rolled-back': async (engine, product) => {
    const shop = productOf(engine, product);
    const before = await shop.seal('before');
    await shop.live('bronze', before);
    const handle = await shop.live('bronze', await shop.seal('after'));
    await shop.rollback('bronze', before);
    await handle.result();
    return handle;
  },
  'rollback-live': async (engine, product) => {
    const shop = productOf(engine, product);
    const before = await shop.seal('before');
    await shop.live('bronze', before);
    await shop.live('bronze', await shop.seal('after'));
    const handle = await shop.rollback('bronze', before);
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  'handed-over': async (engine, product) => {
    const shop = productOf(engine, product);
    const handle = await engine.promote(
      { product, lane: 'bronze', bundle: await shop.seal('handed') },
      `by-hand-${product}`,
    );
    await handle.result();
    return handle;
  },
  'invalid-input': async (engine, product) => {
    const handle = await engine.client.workflow.start(promotionWorkflowType, {
      workflowId: product,
      taskQueue: taskQueues.control,
      args: [{ product, lane: 'bronze', bundle: 'latest' }],
    });
    return fails(handle);
  },
  'unknown-product': async (engine, product) => {
    const bundle = await productOf(engine, product).seal('unknown');
    return fails(await engine.promote({ product: `${product}-to-anybody`, lane: 'bronze', bundle }));
  },
  'cancelled-and-aborted': async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('cancelled');
    const handle = await shop.promote('silver', bundle);
    await engine.reached(handle, 'GATING');
    await handle.cancel();
    await handle.executeUpdate(abortUpdate, {
      args: [{ statement: await shop.sign('dev', 'abort', 'silver', bundle, handle) }],
    });
    await handle.result();
    return handle;
  },
};

/** The control flows of a server that asks for short histories. */
export const continuedShapes: Readonly<Record<string, Play>> = {
  'promotion-continues-as-new': async (engine, product) => longPromotion(engine, product),
  'promotion-continued': async (engine, product) => ({ workflowId: (await longPromotion(engine, product)).workflowId }),
  'lane-continues-as-new': async (engine, product) => {
    const shop = productOf(engine, product);
    // Each waits for the one before, so that the lane has something to do.
    const bundles = await Promise.all(Array.from({ length: 8 }, (_, turn) => shop.seal(String(turn))));
    const handles = await Promise.all(bundles.map((bundle) => shop.promote('bronze', bundle)));
    for (const handle of handles) await engine.reached(handle, 'LIVE', 'SUPERSEDED');
    const workflowId = workflowIds.lane('default', product, 'bronze');
    const { raw, runId } = await engine.client.workflow.getHandle(workflowId).describe();
    const firstRunId = raw.workflowExecutionInfo?.firstRunId ?? '';
    if (firstRunId !== runId) return { workflowId, runId: firstRunId };
    throw new Error('the lane did not continue as new');
  },
};

async function longPromotion(engine: Engine, product: string): Promise<{ workflowId: string; runId: string }> {
  const shop = productOf(engine, product);
  const { handle, bundle } = await shop.inGold();
  for (let index = 0; index < 12; index += 1) {
    await handle.executeUpdate(decideUpdate, {
      args: [{ statement: await shop.sign('bob', 'request-changes', 'gold', bundle, handle) }],
    });
    await handle.signal('changed');
  }
  // A hint follows each decision: whichever decision the run continued before, one of each is in the newest run.
  for (const person of ['alice', 'bob']) {
    await handle.executeUpdate(decideUpdate, {
      args: [{ statement: await shop.sign(person, 'approve', 'gold', bundle, handle) }],
    });
    await handle.signal('changed');
  }
  await engine.reached(handle, 'LIVE');
  return { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
}

async function fails(handle: WorkflowHandle): Promise<{ workflowId: string }> {
  await handle.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
  return { workflowId: handle.workflowId };
}

/**
 * Makes a file of a bundle unreadable, as a broken disk would, so that the guard runs out of attempts.
 * @returns a function that repairs it
 */
export async function breakDisk(engine: Engine, bundle: Digest): Promise<() => Promise<void>> {
  const manifest = parseManifest(
    (await engine.database.transaction('default', (tx) => requireBundle(tx, bundle))).manifest,
  );
  const path = join(engine.dataDir, 'blobs', 'sha256', hexOf(manifest.images[0]!.sboms[0]!.checksum));
  await rename(path, `${path}.kept`);
  await mkdir(path);
  return async () => {
    await rm(path, { recursive: true });
    await rename(`${path}.kept`, path);
  };
}
