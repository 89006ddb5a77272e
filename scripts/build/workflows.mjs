import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { root } from '../setup/paths.mjs';
import { failureConverter, payloadConverter, workflowEntry } from './entries.mjs';

/** The code that Temporal workers load: every workflow in one file. */
export async function bundleWorkflows(entry = workflowEntry) {
  const quiet = () => undefined;
  const logger = { trace: quiet, debug: quiet, info: quiet, warn: console.error, error: console.error, log: quiet };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, entry),
    payloadConverterPath: join(root, payloadConverter),
    failureConverterPath: join(root, failureConverter),
    logger,
  });
  return code;
}
