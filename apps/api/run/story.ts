import { create } from '@bufbuild/protobuf';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { fieldsIn, listIn } from '../../../core/loose.js';
import { type RunStep as Step, storyOf } from '../../../core/run/story.js';
import {
  type GetRunStoryResponse,
  GetRunStoryResponseSchema,
  RunStepKind,
  RunStepState,
} from '#gen/workflows_runtime/v1/run_service_pb.js';
import type { RunHistory } from '../../../store/run/list.js';
import { bounded, instant } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { describe, limits, readEvents } from './temporal-history.js';

/** How many stories are told at a time. */
const atATime = 4;

/** The longest that Temporal is waited for, in milliseconds. */
const answerTimeoutMs = 5_000;

/** Tells what a run of a record has done. */
export type ReadStory = (tenant: string, history: RunHistory) => Promise<GetRunStoryResponse>;

/**
 * Makes what tells stories: from the history that was kept, else from Temporal. Which run is asked for is said by our records
 * alone, never by what a caller names. A few are told at a time, and who asks for the same one shares it.
 *
 * @throws NOT_FOUND when Temporal has forgotten the run and nothing was kept, TIMED_OUT, UNAVAILABLE
 */
export function createStoryReader(deps: ApiDeps): ReadStory {
  const turns = pLimit(atATime);
  const told = new Map<string, Promise<GetRunStoryResponse>>();
  return (tenant, history) => {
    const key = `${tenant}/${history.runId}`;
    const known = told.get(key);
    if (known !== undefined) return known;
    const story = turns(() =>
      history.digest === null
        ? readFromTemporal(deps, history)
        : readKept(deps, tenant, { digest: history.digest, size: history.size ?? 0 }),
    ).finally(() => told.delete(key));
    told.set(key, story);
    return story;
  };
}

async function readKept(
  { blobs }: ApiDeps,
  tenant: string,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): Promise<GetRunStoryResponse> {
  if (size > limits.bytes) return create(GetRunStoryResponseSchema, { isCut: true, source: 'kept' });
  const kept: unknown = JSON.parse((await blobs.of(tenant).get(digest, limits.bytes)).toString('utf8'));
  const events = listIn(fieldsIn(kept)['events']);
  return toMessage(storyOf(events.slice(0, limits.events)), { isCut: events.length > limits.events, source: 'kept' });
}

async function readFromTemporal(deps: ApiDeps, history: RunHistory): Promise<GetRunStoryResponse> {
  try {
    return await deps.client.withDeadline(Date.now() + answerTimeoutMs, async () => {
      const { pending, historyBytes } = await describe(deps, history);
      const { events, isCut } = await readEvents(deps, history, historyBytes);
      return toMessage(storyOf(events, pending), { isCut, source: 'temporal' });
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new LanekeeperError(
      'NOT_FOUND',
      {
        message: 'Temporal has forgotten this run, and its history was not kept',
        object: `run ${history.runId}`,
        next: 'the timeline of its promotion or release says what became of it',
      },
      { cause: error },
    );
  }
}

/** gRPC says NOT_FOUND (5) of a run that the server does not know. */
function isGone(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && (cause.code as number) === 5;
}

const kinds = {
  activity: RunStepKind.ACTIVITY,
  record: RunStepKind.RECORD,
  timer: RunStepKind.TIMER,
  signal: RunStepKind.SIGNAL,
  update: RunStepKind.UPDATE,
} as const;

function toMessage(
  steps: readonly Step[],
  about: { readonly isCut: boolean; readonly source: string },
): GetRunStoryResponse {
  return create(GetRunStoryResponseSchema, {
    ...about,
    steps: steps.map((step) => ({
      kind: kinds[step.kind],
      name: bounded(step.name, 200),
      summary: bounded(step.summary, 400),
      state: RunStepState[step.state],
      ...instant('startedAt', dateOf(step.startedAt)),
      ...instant('endedAt', dateOf(step.endedAt)),
      attempts: step.attempts,
      failure: bounded(step.failure, 1_000),
      ...instant('dueAt', dateOf(step.dueAt)),
    })),
  });
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
