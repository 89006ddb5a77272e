import { type Database, openDatabase } from '../store/database.js';
import { withFaultPoints } from '../store/fault-points.js';
import type { TaskQueueRole } from '../temporal-config/task-queues.js';
import type { WorkerConfig } from './config.js';
import type { FaultPoint } from './fault-point.js';

/** The database as each queue of this process may use it. */
export type Databases = ReadonlyMap<TaskQueueRole, Database>;

/** How many connections each queue may have; what decides needs more than what calls now and then. */
const maxConnections: Readonly<Record<TaskQueueRole, number>> = { control: 20, build: 4, sign: 8, deploy: 8 };

/** Opens a pool for each queue, as the role of that queue. @param onWork for a process that has a dispatcher */
export function openDatabases(
  { databaseUrls, faultPointFolder }: Pick<WorkerConfig, 'databaseUrls' | 'faultPointFolder'>,
  faultPoint: FaultPoint,
  onWork: ((tenant: string) => void) | undefined,
): Databases {
  return new Map(
    [...databaseUrls].map(([queue, url]) => {
      const pool = openDatabase({ url, maxConnections: maxConnections[queue], onWork });
      // Builds move nothing, and may not read what fault points are named by.
      return [queue, faultPointFolder === undefined || queue === 'build' ? pool : withFaultPoints(pool, faultPoint)];
    }),
  );
}
