import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflows } from '../../../scripts/build/workflows.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

/**
 * Bundles the workflows once per run, outside the sandbox of the tests; `workflow-bundle.ts` has the path to the bundle.
 */
export default async function globalSetup() {
  const path = join(root, 'node_modules', '.cache', 'lanekeeper', 'workflow-bundle.js');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, await bundleWorkflows());
  await rename(`${path}.${process.pid}`, path);
}
