import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Doorbell } from '../core/doorbell.js';
import { messageOf } from '../core/errors.js';
import type { Database } from '../store/database.js';
import { eventsAfter, lockDispatcher, readCursor } from '../store/event/read.js';
import { writeCursor } from '../store/event/write.js';
import { taskQueues } from '../temporal-config/task-queues.js';
import { laneChangedSignal, laneWorkflowType } from '../workflows/lane/contract.js';
import { changedSignal } from '../workflows/promotion/contract.js';
import type { FaultPoint } from './fault-point.js';
import { wakeupsOf, type Wakeup } from './wake-ups.js';

/** How many events one poll fetches. */
const batchSize = 200;
// Polls follow a wake-up quickly, then less often: an event becomes visible once every older transaction has finished.
const minPollIntervalMs = 5;
const maxPollIntervalMs = 200;

/** Signals runs after a commit. */
export interface Dispatcher {
  /** Something was committed in this process: poll now instead of after the interval. */
  wake(): void;
  stop(): Promise<void>;
}

/** The dependencies of the dispatcher. */
export interface DispatcherDeps {
  readonly database: Database;
  readonly client: Client;
  /**
   * Called at `dispatch.found`, when events were committed but no run was signalled, so that tests can kill the process
   * there.
   */
  readonly faultPoint?: FaultPoint;
  readonly onError: (message: string) => void;
}

/**
 * Follows the log of method events from a durable cursor and signals every open run that an event concerns, at least
 * once. The cursor moves in the transaction that holds the dispatcher's lock, so several processes may run one: each
 * batch belongs to one of them alone.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const woken = new Doorbell();
  const stopped = new Doorbell();
  let interrupt = (): void => undefined;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async () => {
    let pauseMs = maxPollIntervalMs;
    while (!stopped.isRung()) {
      woken.answer();
      const found = await poll(deps).catch((error: unknown) => {
        deps.onError(messageOf(error));
        return 0;
      });
      if (found > 0 || woken.isRung()) pauseMs = minPollIntervalMs;
      else pauseMs = Math.min(pauseMs * 2, maxPollIntervalMs);
      if (found < batchSize && !stopped.isRung() && !woken.isRung()) await pause(pauseMs);
    }
  };
  const done = loop();
  return {
    wake() {
      woken.ring();
      interrupt();
    },
    async stop() {
      stopped.ring();
      interrupt();
      await done;
    },
  };
}

async function poll(deps: DispatcherDeps): Promise<number> {
  let found = 0;
  for (const tenant of await deps.database.tenants()) {
    found += await deps.database.transaction(tenant, async (tx) => {
      if (!(await lockDispatcher(tx))) return 0;
      const events = await eventsAfter(tx, await readCursor(tx, 'dispatcher'), batchSize);
      const last = events.at(-1);
      if (last === undefined) return 0;
      await deps.faultPoint?.('dispatch.found');
      for (const event of events) {
        for (const wakeup of await wakeupsOf(tx, event)) await deliver(deps.client, wakeup);
      }
      await writeCursor(tx, 'dispatcher', last.position);
      return events.length;
    });
  }
  return found;
}

async function deliver(client: Client, wakeup: Wakeup): Promise<void> {
  if (wakeup.to === 'lane') {
    await client.workflow.signalWithStart(laneWorkflowType, {
      workflowId: wakeup.workflowId,
      taskQueue: taskQueues.control,
      args: [wakeup.input],
      signal: laneChangedSignal,
      signalArgs: [],
    });
    return;
  }
  const handle = client.workflow.getHandle(wakeup.workflowId, undefined, { firstExecutionRunId: wakeup.firstRunId });
  try {
    await handle.signal(changedSignal);
  } catch (error) {
    // A run that has closed needs no hint.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
