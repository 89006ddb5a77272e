/** The stack of crash tests: the real one, with a worker that stops where a test holds it. */
import { join } from 'node:path';
import { repositoryRoot } from '../../../apps/stack/config.js';
import { runStack } from '../../../apps/stack/run-stack.js';

await runStack({ worker: join(repositoryRoot, 'dist', 'test', 'worker.js') });
