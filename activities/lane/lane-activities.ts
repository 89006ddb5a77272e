import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import type { Database } from '../../store/database.js';
import { settleLane } from '../../store/lane/write.js';
import { withTranslatedErrors } from '../failures.js';
import type { LaneActivities } from './types.js';

/** How often the watch reports that it is alive, in milliseconds; about a third of its heartbeat timeout. */
const heartbeatIntervalMs = 3_000;

/** The activities of the `control` queue that lanes use. */
export function createLaneActivities(deps: { readonly database: Database; readonly client: Client }): LaneActivities {
  return withTranslatedErrors<LaneActivities>({
    async settleLane(input) {
      return (await deps.database.transaction(input.tenant, (tx) => settleLane(tx, input))) ?? null;
    },
    async awaitHolderClose(input) {
      const context = Context.current();
      const handle = deps.client.workflow.getHandle(input.workflowId, undefined, {
        firstExecutionRunId: input.promotionId,
      });
      const pulse = setInterval(() => context.heartbeat(), heartbeatIntervalMs);
      try {
        // Any ending counts: failed, cancelled, terminated and timed out are treated like completed.
        const closed = deps.client
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
      } finally {
        clearInterval(pulse);
      }
    },
  });
}
