import { create } from '@bufbuild/protobuf';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { eventsToJson } from '../../../activities/run/history-json.js';
import { LanekeeperError } from '../../../core/errors.js';
import { type PendingActivity, type RunStep as Step, storyOf } from '../../../core/run/story.js';
import {
  type GetRunStoryResponse,
  GetRunStoryResponseSchema,
  RunStepKind,
  RunStepState,
} from '#gen/workflows_runtime/v1/run_service_pb.js';
import type { RunHistory } from '../../../store/run/list.js';
import { bounded, instant } from '../convert.js';
import type { ApiDeps } from '../deps.js';

/** How much of a history is read for a story: events of an open run, and bytes of a kept one. */
const limits = { events: 2_000, pageSize: 500, bytes: 16 * 1024 * 1024 } as const;

/** The longest that Temporal is waited for, in milliseconds. */
const answerTimeoutMs = 5_000;

/**
 * What a run of a record has done: from the history that was kept, else from Temporal. Which run is asked for is said by
 * our records alone, never by what a caller names.
 *
 * @throws NOT_FOUND when Temporal has forgotten the run and nothing was kept, TIMED_OUT, UNAVAILABLE
 */
export async function readStory(deps: ApiDeps, tenant: string, history: RunHistory): Promise<GetRunStoryResponse> {
  if (history.digest !== null) {
    if ((history.size ?? 0) > limits.bytes) return create(GetRunStoryResponseSchema, { isCut: true, source: 'kept' });
    const kept: unknown = JSON.parse((await deps.blobs.of(tenant).get(history.digest, limits.bytes)).toString('utf8'));
    const events = typeof kept === 'object' && kept !== null ? (kept as { events?: unknown }).events : undefined;
    return toMessage(storyOf(Array.isArray(events) ? events.slice(0, limits.events) : []), {
      isCut: Array.isArray(events) && events.length > limits.events,
      source: 'kept',
    });
  }
  try {
    return await deps.client.withDeadline(Date.now() + answerTimeoutMs, async () => {
      const { events, isCut } = await readEvents(deps, history);
      return toMessage(storyOf(events, await pendingOf(deps, history)), { isCut, source: 'temporal' });
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

async function readEvents(
  { client }: ApiDeps,
  { workflowId, runId }: RunHistory,
): Promise<{ readonly events: readonly unknown[]; readonly isCut: boolean }> {
  const { namespace } = client.options;
  const events: unknown[] = [];
  let nextPageToken: Uint8Array | null = null;
  do {
    const page: Awaited<ReturnType<typeof client.workflowService.getWorkflowExecutionHistory>> =
      await client.workflowService.getWorkflowExecutionHistory({
        ...{ namespace, execution: { workflowId, runId }, nextPageToken, maximumPageSize: limits.pageSize },
      });
    events.push(...eventsToJson(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0 && events.length < limits.events);
  return { events, isCut: nextPageToken.length > 0 };
}

async function pendingOf({ client }: ApiDeps, { workflowId, runId }: RunHistory): Promise<readonly PendingActivity[]> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return (raw.pendingActivities ?? []).map(({ activityId, attempt, lastFailure }) => ({
    activityId: activityId ?? '',
    attempt: attempt ?? 1,
    ...(lastFailure?.message && { lastFailure: lastFailure.message }),
  }));
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
