import type { CallerDeps } from '../../activities/caller.js';
import { taskQueues } from '../../temporal-config/task-queues.js';

/** What the server says about the run that calls an activity. */
export interface DescribedRun {
  readonly type: string;
  readonly taskQueue: string;
  readonly firstRunId: string;
  readonly status: string;
}

/** A client whose server describes every run as one of our own release workflow, but for what is changed. */
export function clientOf(change: Partial<DescribedRun> = {}): CallerDeps['client'] {
  const { type, taskQueue, firstRunId, status } = {
    type: 'release',
    taskQueue: taskQueues.control,
    firstRunId: 'first-run',
    status: 'RUNNING',
    ...change,
  };
  const describe = () =>
    Promise.resolve({ type, taskQueue, status: { name: status }, raw: { workflowExecutionInfo: { firstRunId } } });
  return { workflow: { getHandle: () => ({ describe }) } } as unknown as CallerDeps['client'];
}
