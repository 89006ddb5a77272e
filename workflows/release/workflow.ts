import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  DeterminismViolationError,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  TemporalFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import type { Methodology } from '../../core/release/product.js';
import { purposeOf } from '../../core/release/purpose.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { databaseStep, handOverStep, shownStep } from '../activity-options.js';
import { describedActivities, describedLocalActivities } from '../described-activities.js';
import {
  type OpenedRelease,
  openedUpdate,
  type ReleaseInput,
  type ReleaseResult,
  type ReleaseStatus,
  releaseStatusQuery,
  releaseWorkflowType,
} from './contract.js';
import { releaseMessages } from '../message-descriptions.js';
import { releaseDetails } from './details.js';
import { readReleaseInput } from './input.js';
import { searchedPurpose } from '../purpose.js';
import { versioned } from '../versioning.js';
import { Opening } from '../opening.js';
import { makeRelease, type ReleaseRun } from './make-release.js';
import { StepRecorder } from './step-recorder.js';
import { reasonOf, StepList } from './steps.js';

const record = describedLocalActivities(databaseStep);
const { recordSteps } = describedLocalActivities(shownStep);
const { handOver } = describedActivities(handOverStep);

// It is over within minutes or hours, and ends with the code with which it began.
setWorkflowOptions(versioned('PINNED'), release);

/**
 * Brings one commit to a sealed bundle: fetch, build, describe, pack, qualify, sign, seal. It ends with an immutable
 * bundle or fails with the reason as the type of its failure.
 */
export async function release(rawInput: unknown): Promise<ReleaseResult> {
  const opening = new Opening<OpenedRelease>();
  setHandler(openedUpdate, () => opening.answer(), releaseMessages.opened);
  return opening.during(async () => {
    const input = readReleaseInput(rawInput);
    try {
      return await run(input, opening);
    } catch (error) {
      throw failureOf(error);
    }
  });
}

async function run(input: ReleaseInput, opening: Opening<OpenedRelease>): Promise<ReleaseResult> {
  const info = workflowInfo();
  const steps = new StepList(() => show());
  let state: ReleaseStatus['state'] = 'RUNNING';
  let bundle: Digest | undefined;
  const show = () => setCurrentDetails(releaseDetails({ input, state, steps: steps.all, bundle }));
  const status = (): ReleaseStatus => ({
    product: input.product,
    revision: input.revision,
    state,
    steps: steps.all,
    ...(bundle !== undefined && { bundle }),
  });
  setHandler(releaseStatusQuery, status, releaseMessages.status);
  show();

  const canonicalId = workflowIds.release(input.tenant, input.product, input.revision);
  if (info.workflowId !== canonicalId) {
    const handedOver = await handOverTo(input);
    await opening.conclude(handedOver);
    return handedOver;
  }
  let methodology: Methodology | undefined;
  const publish = () => publishSearchAttributes(input, { state, bundle, methodology });
  publish();
  const { firstExecutionRunId: releaseId, workflowId } = info;
  const self: ReleaseRun = { releaseId, workflowId };

  const onRecord = { opened: false };
  // Runs that began before this have their record opened when the commit was read, and their steps are not recorded.
  const isOnRecordFirst = patched('release-is-on-record-first');
  const recorder = new StepRecorder(steps, (changed) => recordSteps({ releaseId, steps: changed }));
  const isOpen = () => {
    onRecord.opened = true;
    opening.opened(() => ({ releaseId, state }));
    if (isOnRecordFirst) recorder.start();
  };
  try {
    const { repository } = input;
    const begun = isOnRecordFirst
      ? await record.beginRelease({ releaseId, repository })
      : { sealed: (await record.findSealed()) ?? undefined, isOpen: false };
    if (begun.sealed !== undefined) {
      bundle = begun.sealed;
      state = 'SEALED';
      show();
      await opening.conclude({ releaseId, state: 'ALREADY_SEALED' });
      return { releaseId, state: 'ALREADY_SEALED', bundle };
    }
    if (begun.isOpen) isOpen();
    const made = await makeRelease(input, self, steps, async ({ commit, definition }) => {
      methodology = definition.methodology;
      await record.openRelease({ releaseId, repository, commit });
      isOpen();
    });
    bundle = made.bundle;
    state = 'SEALED';
    show();
    publish();
    await recorder.stop();
    await condition(allHandlersFinished);
    return { releaseId, state, ...made };
  } catch (error) {
    state = 'FAILED';
    show();
    const reason = reasonOf(error);
    if (onRecord.opened) {
      await recorder.stop();
      await CancellationScope.nonCancellable(() => record.failRelease({ releaseId, error: describe(reason) }));
    }
    if (!isCancellation(error)) publish();
    throw reason;
  }
}

async function handOverTo(input: ReleaseInput): Promise<ReleaseResult> {
  const { workflowId, runId, joined } = await handOver({ type: releaseWorkflowType, input });
  return { releaseId: runId, state: 'HANDED_OVER', handedOverTo: { workflowId, runId, joined } };
}

interface Found {
  readonly state: ReleaseStatus['state'];
  readonly bundle: Digest | undefined;
  /** Once the commit has been read. */
  readonly methodology: Methodology | undefined;
}

function publishSearchAttributes(input: ReleaseInput, { state, bundle, methodology }: Found): void {
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: input.tenant },
    { key: searchAttributes.product, value: input.product },
    { key: searchAttributes.state, value: state },
    ...(bundle === undefined ? [] : [{ key: searchAttributes.bundle, value: bundle }]),
    ...searchedPurpose(purposeOf({ run: input, ...(methodology !== undefined && { methodology }) })),
  ]);
}

function describe(reason: Error): { code: string; message: string } {
  if (isCancellation(reason)) return { code: 'CANCELLED', message: 'the release was cancelled' };
  return {
    code: (reason instanceof ApplicationFailure && reason.type?.slice(0, 100)) || 'INTERNAL',
    message: reason.message.slice(0, 2000),
  };
}

/**
 * How the run ends. Results of activities are messages too: one that has another form makes this code throw a plain
 * error, which would fail the workflow task, and Temporal would repeat that for ever.
 */
function failureOf(error: unknown): Error {
  const reason = reasonOf(error);
  if (reason instanceof TemporalFailure || reason instanceof DeterminismViolationError) return reason;
  return ApplicationFailure.create({ type: 'INTERNAL', nonRetryable: true, message: reason.message });
}
