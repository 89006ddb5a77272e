import { type Database, openDatabase } from '../store/database.js';
import type { TaskQueueRole } from '../temporal-config/task-queues.js';

/** The database as each queue of this process may use it. */
export type Databases = ReadonlyMap<TaskQueueRole, Database>;

/** How many connections each queue may have; what decides needs more than what calls now and then. */
const maxConnections: Readonly<Record<TaskQueueRole, number>> = { control: 20, build: 4, sign: 8, deploy: 8 };

/** Opens a pool for each queue, as the role of that queue. @param onWork for a process that has a dispatcher */
export function openDatabases(
  databaseUrls: ReadonlyMap<TaskQueueRole, string>,
  onWork: ((tenant: string) => void) | undefined,
): Databases {
  return new Map(
    [...databaseUrls].map(([queue, url]) => [
      queue,
      openDatabase({ url, maxConnections: maxConnections[queue], onWork }),
    ]),
  );
}
