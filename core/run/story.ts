import { fromBase64, textIfUtf8 } from '../bytes.js';
import { fieldsIn, type LooseFields, textIn } from '../loose.js';

/** What a run did, one thing after another, in the words of its own summaries. */
export interface RunStep {
  readonly kind: 'activity' | 'record' | 'timer' | 'signal' | 'update';
  /** Of an activity its type, of a message its name. */
  readonly name: string;
  /** What it was for. */
  readonly summary: string;
  readonly state: 'DONE' | 'RUNNING' | 'FAILED' | 'CANCELED' | 'TIMED_OUT';
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; absent while it goes on. */
  readonly endedAt?: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** Why it failed, or why its last attempt did. */
  readonly failure?: string;
  /** RFC 3339: when a timer fires. */
  readonly dueAt?: string;
}

/** What Temporal says of an activity that has not ended. */
export interface PendingActivity {
  readonly activityId: string;
  readonly attempt: number;
  readonly lastFailure?: string;
}

type Step = { -readonly [Name in keyof RunStep]: RunStep[Name] };

/**
 * The story of a run from its history in protobuf JSON, as `temporal workflow show --output json` prints it. What the
 * history says is what the run and its callers said: it is shown, and nothing is decided by it. Tasks of the workflow and
 * search attributes are left out.
 *
 * @param events the events, oldest first; whatever is not one is left out
 */
export function storyOf(events: readonly unknown[], pending: readonly PendingActivity[] = []): readonly RunStep[] {
  const steps: Step[] = [];
  const open = new Map<string, Step>();
  const begin = (key: string, step: Step): void => {
    steps.push(step);
    open.set(key, step);
  };
  const end = (key: string, state: RunStep['state'], at: string, failure = ''): void => {
    const step = open.get(key);
    if (step === undefined) return;
    step.state = state;
    step.endedAt = at;
    if (failure !== '') step.failure = failure;
  };
  for (const event of events.map(fieldsIn)) {
    const at = instantIn(event['eventTime']);
    const id = textIn(event['eventId']);
    const summary = summaryIn(event);
    const about = (name: string): LooseFields => fieldsIn(event[`${name}EventAttributes`]);
    switch (textIn(event['eventType']).replace('EVENT_TYPE_', '')) {
      case 'ACTIVITY_TASK_SCHEDULED': {
        const { activityId, activityType } = about('activityTaskScheduled');
        const step: Step = { ...running('activity', textIn(fieldsIn(activityType)['name']), summary, at) };
        const waits = pending.find((each) => each.activityId === textIn(activityId));
        if (waits !== undefined) {
          step.attempts = waits.attempt;
          if (waits.lastFailure !== undefined) step.failure = waits.lastFailure;
        }
        begin(id, step);
        break;
      }
      case 'ACTIVITY_TASK_STARTED': {
        const { scheduledEventId, attempt, lastFailure } = about('activityTaskStarted');
        const step = open.get(textIn(scheduledEventId));
        if (step === undefined) break;
        step.attempts = typeof attempt === 'number' ? attempt : 1;
        const failure = messageIn(lastFailure);
        if (failure !== '') step.failure = failure;
        break;
      }
      case 'ACTIVITY_TASK_COMPLETED':
        end(textIn(about('activityTaskCompleted')['scheduledEventId']), 'DONE', at);
        break;
      case 'ACTIVITY_TASK_FAILED': {
        const { scheduledEventId, failure } = about('activityTaskFailed');
        end(textIn(scheduledEventId), 'FAILED', at, messageIn(failure));
        break;
      }
      case 'ACTIVITY_TASK_TIMED_OUT': {
        const { scheduledEventId, failure } = about('activityTaskTimedOut');
        end(textIn(scheduledEventId), 'TIMED_OUT', at, messageIn(failure));
        break;
      }
      case 'ACTIVITY_TASK_CANCELED':
        end(textIn(about('activityTaskCanceled')['scheduledEventId']), 'CANCELED', at);
        break;
      case 'TIMER_STARTED': {
        const { startToFireTimeout } = about('timerStarted');
        const dueAt = laterBy(at, startToFireTimeout);
        begin(id, { ...running('timer', 'timer', summary, at), ...(dueAt !== undefined && { dueAt }) });
        break;
      }
      case 'TIMER_FIRED':
        end(textIn(about('timerFired')['startedEventId']), 'DONE', at);
        break;
      case 'TIMER_CANCELED':
        end(textIn(about('timerCanceled')['startedEventId']), 'CANCELED', at);
        break;
      case 'MARKER_RECORDED': {
        const { markerName, failure } = about('markerRecorded');
        if (markerName !== 'core_local_activity') break;
        const why = messageIn(failure);
        steps.push({
          ...running('record', '', summary, at),
          ...{ state: why === '' ? 'DONE' : 'FAILED', endedAt: at },
          ...(why !== '' && { failure: why }),
        });
        break;
      }
      case 'WORKFLOW_EXECUTION_SIGNALED':
        steps.push(message('signal', textIn(about('workflowExecutionSignaled')['signalName']), at));
        break;
      case 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED': {
        const input = fieldsIn(fieldsIn(about('workflowExecutionUpdateAccepted')['acceptedRequest'])['input']);
        begin(id, { ...message('update', textIn(input['name']), at), state: 'RUNNING' });
        break;
      }
      case 'WORKFLOW_EXECUTION_UPDATE_COMPLETED':
        end(textIn(about('workflowExecutionUpdateCompleted')['acceptedEventId']), 'DONE', at);
        break;
      default:
    }
  }
  return steps;
}

function running(kind: RunStep['kind'], name: string, summary: string, startedAt: string): RunStep {
  return { kind, name, summary, state: 'RUNNING', startedAt, attempts: 1 };
}

function message(kind: 'signal' | 'update', name: string, at: string): RunStep {
  return { ...running(kind, name, '', at), state: 'DONE', endedAt: at };
}

/** The summary beside an event: a text in the JSON of our payload converter. */
function summaryIn(event: LooseFields): string {
  const { data } = fieldsIn(fieldsIn(event['userMetadata'])['summary']);
  try {
    const bytes = fromBase64(textIn(data));
    const value: unknown = JSON.parse((bytes && textIfUtf8(bytes)) ?? '""');
    return textIn(value).slice(0, 400);
  } catch {
    return '';
  }
}

/** The innermost message of a failure: that of what went wrong, not of what was wrapped around it. */
function messageIn(failure: unknown): string {
  let at = fieldsIn(failure);
  for (let depth = 0; depth < 20 && typeof at['cause'] === 'object' && at['cause'] !== null; depth += 1)
    at = fieldsIn(at['cause']);
  return textIn(at['message']).slice(0, 1_000);
}

/** An instant later by a duration, which is `30s` or has its seconds in a field. */
function laterBy(at: string, duration: unknown): string | undefined {
  const seconds = typeof duration === 'string' ? Number.parseFloat(duration) : Number(fieldsIn(duration)['seconds']);
  const ms = Date.parse(at) + seconds * 1_000;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** An instant in RFC 3339, also of histories that have it in seconds and nanoseconds. */
function instantIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const ms = Number(fieldsIn(value)['seconds']) * 1_000 + Number(fieldsIn(value)['nanos'] ?? 0) / 1e6;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : '';
}
