import { join } from 'node:path';

/** The workflows as they are in the sources, bundled when the test run began. */
export const workflowBundle = {
  codePath: join(import.meta.dirname, '../../node_modules/.cache/lanekeeper/workflow-bundle.js'),
};
