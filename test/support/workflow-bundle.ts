import { join } from 'node:path';

/** The workflows from the sources, bundled when the test run started. */
export const workflowBundle = {
  codePath: join(import.meta.dirname, '../../node_modules/.cache/lanekeeper/workflow-bundle.js'),
};
