import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { parseName, workflowIds } from '../../core/ids.js';
import { parseObject } from '../../core/input.js';
import { parseLane } from '../../core/lanes.js';
import { readQueue } from '../../store/lane/read.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { workflowTypes } from '../../temporal-config/names.js';
import { requireCaller, requireLocalCaller } from '../caller.js';
import { nameLaneRun } from '../../store/run/write.js';
import { withTranslatedErrors } from '../failures.js';
import type { ControlDeps } from '../promotion/deps.js';
import { reconcile } from '../promotion/reconcile.js';
import type { LaneActivities, LaneRef } from './types.js';

/** How often the watch reports that it is alive, in milliseconds; about a third of its heartbeat timeout. */
const heartbeatIntervalMs = 3_000;

/** How many of those that wait the workflow shows. */
const maxWaiting = 20;

/** How many runs are remembered as being on record; the rest is asked about again. */
const maxNamed = 1_000;

/** The activities of the `control` queue that lanes use. */
export function createLaneActivities(deps: ControlDeps): LaneActivities {
  const queueOf = ({ tenant, product, lane }: LaneRef) =>
    deps.database.transaction(tenant, (tx) => readQueue(tx, product, lane));
  const named = new Set<string>();
  /** A run for whose lane promotions wait is on record, so that its history is kept; others do nothing worth keeping. */
  const name = async ({ tenant, product, lane }: LaneRef, runId: string): Promise<void> => {
    if (named.has(runId)) return;
    await deps.database.transaction(tenant, (tx) => nameLaneRun(tx, runId, product, lane));
    if (named.size >= maxNamed) named.clear();
    named.add(runId);
  };
  return withTranslatedErrors<LaneActivities>({
    async readLane(input) {
      const ref = parseLaneRef(input);
      const { runId } = requireLocalCaller(workflowTypes.lane);
      const { holder, fencingToken, queued } = await queueOf(ref);
      if (queued.length > 0) await name(ref, runId);
      return {
        holder:
          holder === null ? null : { promotionId: holder.promotionId, workflowId: holder.workflowId, fencingToken },
        queued: queued.map(({ id }) => id),
        waiting: queued
          .slice(0, maxWaiting)
          .map(({ id, workflowId, since }) => ({ promotionId: id, workflowId, since: since.toISOString() })),
      };
    },
    async awaitHolderClose(input) {
      const { holder } = await queueOf(parseLaneRef(input));
      if (holder !== null) await untilClosed(deps, holder);
    },
    async settleHolder(input) {
      const ref = parseLaneRef(input);
      const { holder } = await queueOf(ref);
      if (holder === null) return;
      const promotion = await deps.database.transaction(ref.tenant, (tx) => requirePromotion(tx, holder.promotionId));
      await reconcile(deps, ref.tenant, promotion);
    },
  });
}

/** Reads the input of an activity of a lane; only the lane's own run may ask. @throws INVALID_INPUT, PERMISSION_DENIED */
function parseLaneRef(input: unknown): LaneRef {
  const ref = parseObject(input, 'input of an activity of a lane', {
    tenant: parseName,
    product: parseName,
    lane: (value: unknown) => parseLane(value),
  });
  requireCaller(workflowIds.lane(ref.tenant, ref.product, ref.lane));
  return ref;
}

async function untilClosed(
  { client }: ControlDeps,
  holder: { readonly workflowId: string; readonly firstRunId: string },
): Promise<void> {
  const context = Context.current();
  const handle = client.workflow.getHandle(holder.workflowId, undefined, { firstExecutionRunId: holder.firstRunId });
  const pulse = setInterval(() => context.heartbeat(), heartbeatIntervalMs);
  try {
    // Any ending counts: failed, cancelled, terminated and timed out are treated like completed.
    const closed = client
      .withAbortSignal(context.cancellationSignal, () => handle.result())
      .then(
        () => undefined,
        (error: unknown) => {
          if (
            context.cancellationSignal.aborted ||
            error instanceof WorkflowFailedError ||
            error instanceof WorkflowNotFoundError
          )
            return;
          throw error;
        },
      );
    await Promise.race([closed, context.cancelled]);
    // A watch that was put off or is no longer needed has seen nothing.
    context.cancellationSignal.throwIfAborted();
  } finally {
    clearInterval(pulse);
  }
}
