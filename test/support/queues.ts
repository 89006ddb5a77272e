import type { DatabaseUrls } from '../../apps/stack/postgres/roles.js';
import { type Databases, openDatabases } from '../../workers/databases.js';

/** The task queues of a worker that serves all of them. */
export const queues = ['control', 'build', 'sign', 'deploy'] as const;

/** The database as each queue may use it, as a worker opens it. */
export function openQueues(urls: DatabaseUrls, onWork: (tenant: string) => void): Databases {
  const databaseUrls = new Map(queues.map((queue) => [queue, urls[queue]] as const));
  return openDatabases({ databaseUrls, faultPointFolder: undefined }, () => Promise.resolve(), onWork);
}
