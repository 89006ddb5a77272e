import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PromotionGuardActivities } from '../../activities/promotion/types.js';
import type { ReleaseRecordActivities, ReleaseRef } from '../../activities/release/types.js';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { databaseStep, handOverStep } from '../activity-options.js';
import {
  type ReleaseInput,
  type ReleaseResult,
  type ReleaseStatus,
  releaseStatusQuery,
  releaseWorkflowType,
} from './contract.js';
import { parseReleaseInput } from './input.js';
import { makeRelease } from './make-release.js';
import { reasonOf, StepList } from './steps.js';

const record = proxyLocalActivities<ReleaseRecordActivities>(databaseStep);
const { handOver } = proxyActivities<Pick<PromotionGuardActivities, 'handOver'>>(handOverStep);

/**
 * Brings one commit to a sealed bundle: fetch, build, describe, pack, qualify, sign, seal. It ends with an immutable
 * bundle or fails with the reason as the type of its failure.
 */
export async function release(rawInput: unknown): Promise<ReleaseResult> {
  const input = parseReleaseInput(rawInput);
  const info = workflowInfo();
  const steps = new StepList();
  let state: ReleaseStatus['state'] = 'RUNNING';
  let bundle: Digest | undefined;
  setHandler(releaseStatusQuery, () => ({
    product: input.product,
    revision: input.revision,
    state,
    steps: steps.all,
    ...(bundle !== undefined && { bundle }),
  }));

  const canonicalId = workflowIds.release(input.tenant, input.product, input.revision);
  if (info.workflowId !== canonicalId) return handOverTo(canonicalId, input);
  publishSearchAttributes(input, state);
  const ref: ReleaseRef = {
    tenant: input.tenant,
    product: input.product,
    revision: input.revision,
    releaseId: info.firstExecutionRunId,
    workflowId: info.workflowId,
  };

  const onRecord = { opened: false };
  try {
    const sealed = await record.findSealed(ref);
    if (sealed !== null) {
      bundle = sealed;
      state = 'SEALED';
      return { releaseId: ref.releaseId, state: 'ALREADY_SEALED', bundle };
    }
    const made = await makeRelease(input, ref, steps, async () => {
      await record.openRelease({ ...ref, repository: input.repository });
      onRecord.opened = true;
    });
    bundle = made.bundle;
    state = 'SEALED';
    publishSearchAttributes(input, state, bundle);
    return { releaseId: ref.releaseId, state, ...made };
  } catch (error) {
    state = 'FAILED';
    const reason = reasonOf(error);
    // Nothing is on record before the commit has been validated, so that wrong input leaves no rows.
    if (onRecord.opened)
      await CancellationScope.nonCancellable(() => record.failRelease({ ...ref, error: describe(reason) }));
    if (!isCancellation(error)) publishSearchAttributes(input, state);
    throw reason;
  }
}

async function handOverTo(workflowId: string, input: ReleaseInput): Promise<ReleaseResult> {
  const { runId, joined } = await handOver({ workflowId, workflowType: releaseWorkflowType, input });
  return { releaseId: runId, state: 'HANDED_OVER', handedOverTo: { workflowId, runId, joined } };
}

function publishSearchAttributes(input: ReleaseInput, state: ReleaseStatus['state'], bundle?: Digest): void {
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: input.tenant },
    { key: searchAttributes.product, value: input.product },
    { key: searchAttributes.state, value: state },
    ...(bundle === undefined ? [] : [{ key: searchAttributes.bundle, value: bundle }]),
  ]);
}

function describe(reason: Error): { code: string; message: string } {
  if (isCancellation(reason)) return { code: 'CANCELLED', message: 'the release was cancelled' };
  return {
    code: reason instanceof ApplicationFailure ? (reason.type ?? 'INTERNAL') : 'INTERNAL',
    message: reason.message.slice(0, 2000),
  };
}
