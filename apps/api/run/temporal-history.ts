import { eventsToJson } from '../../../activities/run/history-json.js';
import type { PendingActivity } from '../../../core/run/story.js';
import type { RunHistory } from '../../../store/run/list.js';
import type { ApiDeps } from '../deps.js';

/** How much of a history is read for a story: events, and bytes of a kept one. */
export const limits = { events: 2_000, bytes: 16 * 1024 * 1024 } as const;

/**
 * A history of more bytes has events that somebody has made large. An answer with two batches of those, of which the size of a
 * page is the number, can be larger than what the client reads, and each costs the server as much as a page of others.
 */
const large = { bytes: 2 * 1024 * 1024, pageSize: 1, pages: 100 } as const;

/** The events of a run, as many as are read of it. @param historyBytes how large its history is */
export async function readEvents(
  { client }: ApiDeps,
  { workflowId, runId }: RunHistory,
  historyBytes: number,
): Promise<{ readonly events: readonly unknown[]; readonly isCut: boolean }> {
  const { namespace } = client.options;
  const isLarge = historyBytes > large.bytes;
  const maximumPageSize = isLarge ? large.pageSize : limits.events;
  const events: unknown[] = [];
  let pages = 0;
  let nextPageToken: Uint8Array | null = null;
  do {
    const page: Awaited<ReturnType<typeof client.workflowService.getWorkflowExecutionHistory>> =
      await client.workflowService.getWorkflowExecutionHistory({
        ...{ namespace, execution: { workflowId, runId }, nextPageToken, maximumPageSize },
      });
    events.push(...eventsToJson((page.history?.events ?? []).map(withoutPayloads)));
    nextPageToken = page.nextPageToken;
    pages += 1;
  } while (nextPageToken.length > 0 && events.length < limits.events && (!isLarge || pages < large.pages));
  return { events, isCut: nextPageToken.length > 0 };
}

type HistoryEvent = Parameters<typeof eventsToJson>[0][number];

/** What messages carried is no part of a story, and can be megabytes. */
function withoutPayloads(event: HistoryEvent): HistoryEvent {
  const { workflowExecutionSignaledEventAttributes: signal } = event;
  return signal === undefined || signal === null
    ? event
    : { ...event, workflowExecutionSignaledEventAttributes: { signalName: signal.signalName ?? '' } };
}

/** What of an open run is not in its history, and how large that is. */
export async function describe(
  { client }: ApiDeps,
  { workflowId, runId }: RunHistory,
): Promise<{ readonly pending: readonly PendingActivity[]; readonly historyBytes: number }> {
  const { raw, historySize = 0 } = await client.workflow.getHandle(workflowId, runId).describe();
  const pending = (raw.pendingActivities ?? []).map(({ activityId, attempt, lastFailure }) => ({
    activityId: activityId ?? '',
    attempt: attempt ?? 1,
    ...(lastFailure?.message && { lastFailure: lastFailure.message }),
  }));
  return { pending, historyBytes: historySize };
}
