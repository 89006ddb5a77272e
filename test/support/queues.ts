import type { DatabaseUrls } from '../../apps/stack/postgres/roles.js';
import type { TaskQueueRole } from '../../temporal-config/task-queues.js';

/** The task queues of a worker that serves all of them. */
export const queues = ['control', 'build', 'sign', 'deploy'] as const;

/** How a worker that serves all queues reaches the database. */
export function urlsOfQueues(urls: DatabaseUrls): ReadonlyMap<TaskQueueRole, string> {
  return new Map(queues.map((queue) => [queue, urls[queue]] as const));
}
