import { join } from 'node:path';

const cache = join(import.meta.dirname, '../../node_modules/.cache/lanekeeper');

/** The workflows from the sources, bundled when the test run started. */
export const workflowBundle = { codePath: join(cache, 'workflow-bundle.js') };

/** Those of `next-workflows.ts`. */
export const nextWorkflowBundle = { codePath: join(cache, 'next-workflow-bundle.js') };
