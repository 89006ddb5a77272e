import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

/**
 * Runs in place of a workflow type that does not exist: it fails at once. Without it the workflow task would fail, which
 * Temporal retries for ever.
 *
 * @throws ApplicationFailure of type INVALID_INPUT, always
 */
export async function unknown(): Promise<never> {
  const { workflowType } = workflowInfo();
  throw ApplicationFailure.nonRetryable(
    `there is no workflow ${JSON.stringify(workflowType.slice(0, 100))}; docs/temporal-front-door.md lists them`,
    'INVALID_INPUT',
  );
}
