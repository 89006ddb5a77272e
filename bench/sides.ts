import type { Client, WorkflowHandle } from '@temporalio/client';
import { startOrJoin } from '../apps/api/start-workflow.js';
import { describePromotion } from '../core/run-description.js';
import type { Digest } from '../core/digest.js';
import { hexOf } from '../core/digest.js';
import type { Lane } from '../core/lanes.js';
import { workflowIds } from '../core/ids.js';
import { changedSignal, openedUpdate, promotionWorkflowType } from '../workflows/promotion/contract.js';
import type { BareRun } from './trivial-activities.js';

/** One of the two sides that are compared: how it starts a promotion. */
export interface Side {
  readonly name: 'lanekeeper' | 'bare';
  start(product: string, bundle: Digest): Promise<WorkflowHandle>;
}

function side(
  client: Client,
  name: Side['name'],
  workflowType: string,
  lane: Lane,
  idOf: (product: string, bundle: Digest) => string,
): Side {
  return {
    name,
    async start(product, bundle) {
      const workflowId = idOf(product, bundle);
      const input = { tenant: 'default', product, lane, bundle } as const;
      const description = describePromotion(input);
      const run = { workflowType, workflowId, input, description, opened: openedUpdate, isOver: () => false };
      await startOrJoin(client, run);
      return client.workflow.getHandle(workflowId);
    },
  };
}

/** Promotions of the product. */
export function lanekeeperSide(client: Client, lane: Lane = 'bronze'): Side {
  return side(client, 'lanekeeper', promotionWorkflowType, lane, (product, bundle) =>
    workflowIds.promotion('default', product, lane, bundle),
  );
}

/** The comparator. */
export function bareSide(client: Client): Side {
  const lane = 'bronze';
  return side(client, 'bare', 'bare', lane, (product, bundle) => `bare/default/${product}/${lane}/${hexOf(bundle)}`);
}

/**
 * Sends the comparator's runs the signal that promotions get from the dispatcher: a run ends when the next one is live.
 */
export function createBareDriver(client: Client): (run: BareRun) => void {
  const live = new Map<string, BareRun>();
  return (run) => {
    const before = live.get(run.product);
    live.set(run.product, run);
    if (before === undefined) return;
    const handle = client.workflow.getHandle(before.workflowId, undefined, { firstExecutionRunId: before.promotionId });
    void handle.signal(changedSignal);
  };
}
