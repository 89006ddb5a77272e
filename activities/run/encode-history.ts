import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { canonicalJson } from '../../core/hash.js';
import type { RunStatus } from '../../core/run/history.js';
import { eventsToJson } from './history-json.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Page = temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;

/** How many events the first page has. One event has at most about 4 MB, which is as much as a request to the server can have. */
const firstPageSize = 20;
const maxPageSize = 500;
/** How large pages are to be, in bytes: encoding one keeps the process from everything else. */
const pageBytes = 512 * 1024;

/** What a history says of its run. */
export interface HistoryFacts {
  /** How many events it has. */
  events: number;
  /** The first run of its chain. */
  firstRunId?: string | undefined;
  /** The run that this one continues. */
  continuedFrom?: string | undefined;
  /** The run that continues this one. */
  continuedAs?: string | undefined;
  /** How the run ended; undefined while it is open. */
  status?: RunStatus | undefined;
  closedAt?: Date | undefined;
}

/** Why no more is read of a history: it is larger than what may be kept. */
export class HistoryTooLarge extends Error {}

/**
 * The whole history of a run in canonical JSON (RFC 8785): the protobuf JSON form that `temporal workflow show --output json`
 * prints and the replayers of the SDKs read, with sorted keys and without white space. It comes page by page and is never
 * in memory as a whole. Once it has been read, `facts` says what it says.
 *
 * @throws HistoryTooLarge above `maxBytes`, and the client's errors: NOT_FOUND when Temporal has forgotten the run
 */
export async function* encodeHistory(
  client: Client,
  execution: { readonly workflowId: string; readonly runId: string },
  facts: HistoryFacts,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const { namespace } = client.options;
  let size = 0;
  const counted = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    size += bytes.length;
    if (size > maxBytes) throw new HistoryTooLarge();
    return bytes;
  };
  yield counted('{"events":[');
  let nextPageToken: Uint8Array | null = null;
  let maximumPageSize = firstPageSize;
  do {
    const request = { namespace, execution, nextPageToken, maximumPageSize };
    const page: Page = await client.workflowService.getWorkflowExecutionHistory(request);
    const events = page.history?.events ?? [];
    if (events.length > 0) {
      const bytes = counted(`${facts.events > 0 ? ',' : ''}${textOf(events)}`);
      maximumPageSize = Math.max(1, Math.min(maxPageSize, Math.floor((events.length * pageBytes) / bytes.length)));
      yield bytes;
    }
    for (const event of events) note(event, facts);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  yield counted(']}');
}

/** Events as they stand in the list. */
function textOf(events: readonly HistoryEvent[]): string {
  return canonicalJson(eventsToJson(events)).slice(1, -1);
}

function note(event: HistoryEvent, facts: HistoryFacts): void {
  facts.events += 1;
  const started = event.workflowExecutionStartedEventAttributes;
  if (started !== undefined && started !== null) {
    facts.firstRunId = started.firstExecutionRunId ?? undefined;
    facts.continuedFrom = textIn(started.continuedExecutionRunId);
  }
  const end = endOf(event);
  facts.status = end?.status;
  facts.closedAt = end === undefined ? undefined : dateOf(event.eventTime);
  facts.continuedAs = textIn(end?.newExecutionRunId);
}

/** How the run ended, if this event is its end. */
function endOf(event: HistoryEvent): { status: RunStatus; newExecutionRunId?: string | null | undefined } | undefined {
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) return { status: 'COMPLETED', newExecutionRunId: completed.newExecutionRunId };
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed) return { status: 'FAILED', newExecutionRunId: failed.newExecutionRunId };
  const timedOut = event.workflowExecutionTimedOutEventAttributes;
  if (timedOut) return { status: 'TIMED_OUT', newExecutionRunId: timedOut.newExecutionRunId };
  const continued = event.workflowExecutionContinuedAsNewEventAttributes;
  if (continued) return { status: 'CONTINUED_AS_NEW', newExecutionRunId: continued.newExecutionRunId };
  if (event.workflowExecutionCanceledEventAttributes) return { status: 'CANCELED' };
  if (event.workflowExecutionTerminatedEventAttributes) return { status: 'TERMINATED' };
  return undefined;
}

function textIn(value: string | null | undefined): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : value;
}

/** An instant of the server; 64-bit numbers come as objects of their own. */
function dateOf(time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined): Date {
  return new Date(Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6));
}
