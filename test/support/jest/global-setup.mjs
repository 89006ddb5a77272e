import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleWorkflows } from '../../../scripts/build/workflows.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

/**
 * Bundles the workflows once per run, outside the sandbox of the tests, as they are and as a next version could be;
 * `workflow-bundle.ts` has the paths to the bundles. What the files of this run share besides is in a folder of the run.
 */
export default async function globalSetup() {
  process.env.LANEKEEPER_TEST_RUN = await mkdtemp(join(tmpdir(), 'lanekeeper-test-run-'));
  await bundle('workflow-bundle.js');
  await bundle('next-workflow-bundle.js', 'test/support/next-workflows.ts');
}

async function bundle(name, entry) {
  const path = join(root, 'node_modules', '.cache', 'lanekeeper', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, await bundleWorkflows(entry));
  await rename(`${path}.${process.pid}`, path);
}
