import type { History, HistoryEvent } from './history-file.js';

/** How a history ends; OPEN while the run continues. */
const closings: Readonly<Record<string, string>> = {
  workflowExecutionCompletedEventAttributes: 'COMPLETED',
  workflowExecutionFailedEventAttributes: 'FAILED',
  workflowExecutionCanceledEventAttributes: 'CANCELED',
  workflowExecutionContinuedAsNewEventAttributes: 'CONTINUED_AS_NEW',
};

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

/** The feature of one event; none for events that every run has. */
function featureOf(event: HistoryEvent): string | undefined {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) return started.continuedExecutionRunId ? 'start:continued' : 'start';
  if (event.activityTaskScheduledEventAttributes)
    return `activity:${event.activityTaskScheduledEventAttributes.activityType?.name ?? ''}`;
  if (event.activityTaskCancelRequestedEventAttributes) return 'activity-cancelled';
  if (event.markerRecordedEventAttributes) {
    const { details, failure } = event.markerRecordedEventAttributes;
    // The result of a local activity is stored beside its name and times.
    const type = /"activity_type":"(\w+)"/.exec(textOf(details?.['data']?.payloads?.[0]?.data))?.[1] ?? '';
    return failure ? `local-failed:${type}` : `local:${type}`;
  }
  if (event.workflowExecutionSignaledEventAttributes)
    return `signal:${event.workflowExecutionSignaledEventAttributes.signalName ?? ''}`;
  if (event.workflowExecutionUpdateAcceptedEventAttributes)
    return `update:${event.workflowExecutionUpdateAcceptedEventAttributes.acceptedRequest?.input?.name ?? ''}`;
  if (event.workflowExecutionCancelRequestedEventAttributes) return 'cancel-requested';
  if (event.upsertWorkflowSearchAttributesEventAttributes) {
    const fields = event.upsertWorkflowSearchAttributesEventAttributes.searchAttributes?.indexedFields;
    const state = fields?.['LanekeeperState'];
    if (state !== undefined) return `state:${textOf(state.data).replaceAll('"', '')}`;
    return fields?.['LanekeeperPolicy'] === undefined ? undefined : 'other-gates';
  }
  const closing = Object.keys(closings).find((name) => Boolean(Reflect.get(event, name)));
  if (closing === undefined) return undefined;
  const type = event.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.type;
  return `end:${closings[closing] ?? ''}${type ? `:${type}` : ''}`;
}

/** The features of a run, in order. A run that continues ends with `end:OPEN`. */
export function featuresOf(history: History): readonly string[] {
  const features = history.events.map(featureOf).filter((feature) => feature !== undefined);
  return features.at(-1)?.startsWith('end:') === true ? features : [...features, 'end:OPEN'];
}
