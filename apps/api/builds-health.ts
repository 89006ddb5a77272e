import { hostname } from 'node:os';
import type { temporal } from '@temporalio/proto';
import { messageOf } from '../../core/errors.js';
import type { PartHealth } from '../../core/health.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type BuildWorkerIdentity, parseWorkerIdentity } from '../../temporal-config/worker-identity.js';
import type { ApiDeps } from './deps.js';

const answerTimeoutMs = 2_000;
// Values of Temporal's API: its types name them, but Node cannot import them by name.
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment */
const activityQueue = 2 as temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
const enhanced = 1 as temporal.api.enums.v1.DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

/**
 * How builds are contained, by what the workers that poll the build queue say of themselves. The weakest counts: any of
 * them may get the next build.
 */
export async function buildsHealth({ client }: Pick<ApiDeps, 'client'>): Promise<PartHealth> {
  try {
    const identities = await buildPollers(client);
    return judge(identities.map(parseWorkerIdentity).filter((worker) => worker === undefined || !isGone(worker)));
  } catch (error) {
    return { ok: false, detail: messageOf(error) };
  }
}

/** The identities under which workers poll the build queue, on all of its partitions. */
async function buildPollers(client: ApiDeps['client']): Promise<readonly string[]> {
  const { versionsInfo } = await client.withDeadline(Date.now() + answerTimeoutMs, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueues.build },
      // The plain form of this question is answered by one partition, which knows only who polls there.
      apiMode: enhanced,
      versions: { unversioned: true },
      taskQueueTypes: [activityQueue],
      reportPollers: true,
    }),
  );
  const queues = Object.values(versionsInfo).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  return queues.flatMap(({ pollers }) => pollers?.map(({ identity }) => identity ?? '') ?? []);
}

/** What follows from what the workers say of themselves; one that says nothing is undefined. */
export function judge(workers: readonly (BuildWorkerIdentity | undefined)[]): PartHealth {
  if (workers.length === 0) return { ok: false, detail: 'no worker serves the build queue' };
  const forms = new Set(workers.map((worker) => worker?.builds ?? 'unknown'));
  if (forms.has('unknown'))
    return { ok: false, detail: 'a worker of the build queue does not say how it contains builds' };
  if (forms.has('none')) return { ok: false, detail: 'not contained: builds run with all rights of the worker' };
  if (forms.has('refused')) return { ok: false, detail: 'refused: the machine of the worker cannot contain them' };
  return { ok: true, detail: `contained by ${[...forms].sort().join(' and ')}` };
}

/** Temporal names a worker for minutes after its end. One of this machine can be looked for. */
function isGone({ pid, host }: BuildWorkerIdentity): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
