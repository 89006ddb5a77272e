/** The worker of crash tests: the real one, with ports that stop where a test holds them. */
import { openPorts } from '../../../workers/ports.js';
import { runProcess } from '../../../workers/run-process.js';
import { heldBlobs } from './held-blobs.js';
import { heldDatabase } from './held-database.js';
import { heldTarget } from './held-target.js';
import { holdIn, pointsIn } from './hold.js';

await runProcess((config, onEvents) => {
  const hold = holdIn(pointsIn(config.dataDir));
  const { databases, blobs, target } = openPorts(config, onEvents);
  return {
    databases: new Map([...databases].map(([queue, each]) => [queue, heldDatabase(each, queue, hold)] as const)),
    blobs: new Map([...blobs].map(([queue, each]) => [queue, heldBlobs(each, queue, hold)] as const)),
    target: (database) => heldTarget(target(database), hold),
  };
});
