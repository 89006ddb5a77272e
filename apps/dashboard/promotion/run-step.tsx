import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type RunStep, RunStepKind, RunStepState } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { fullTime, spanOf, useNow } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Until } from '../parts/instant.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import css from './timeline.module.css';

const states: Readonly<Record<RunStepState, readonly [Tone, Shape, string]>> = {
  [RunStepState.UNSPECIFIED]: ['plain', 'dash', ''],
  [RunStepState.RUNNING]: ['move', 'arrow', 'goes on'],
  [RunStepState.DONE]: ['good', 'check', 'done'],
  [RunStepState.FAILED]: ['bad', 'cross', 'failed'],
  [RunStepState.CANCELED]: ['plain', 'cross', 'cancelled'],
  [RunStepState.TIMED_OUT]: ['bad', 'clock', 'timed out'],
};

/** One step of a run: what it was for, how it stands, how often it was tried, and why the last attempt failed. */
export function RunStepRow({ step }: { readonly step: RunStep }) {
  const { zone } = useSettings();
  const { kind, name, summary, state, startedAt, endedAt, attempts, failure, dueAt } = step;
  const begun = startedAt === undefined ? undefined : timestampDate(startedAt);
  const [tone, shape, word] = states[state];
  const isTimer = kind === RunStepKind.TIMER;
  return (
    <li className={css['step']}>
      <time dateTime={begun?.toISOString()}>{begun === undefined ? '' : fullTime(begun, zone).slice(5, 19)}</time>
      <span>
        {summary === '' ? name : summary}{' '}
        <span className={css['name']}>
          {aside(kind, summary === '' ? '' : name, isTimer)}
          {attempts > 1 && ` · attempt ${String(attempts)}`}
          {isTimer && state === RunStepState.RUNNING && (
            <>
              {' · '}
              <Until at={dueAt} />
            </>
          )}
        </span>
      </span>
      <span>
        <Mark tone={isTimer && state === RunStepState.RUNNING ? 'wait' : tone} shape={shape} quiet>
          {word}
        </Mark>
        {kind === RunStepKind.ACTIVITY && begun !== undefined && (
          <span className={css['name']}>
            {' '}
            {endedAt === undefined ? <Since at={begun} /> : spanOf(timestampDate(endedAt).getTime() - begun.getTime())}
          </span>
        )}
      </span>
      {failure !== '' && <span className={css['failure']}>{failure}</span>}
    </li>
  );
}

/** How long something has gone on. */
function Since({ at }: { readonly at: Date }) {
  return spanOf(useNow().getTime() - at.getTime());
}

/** What a step is, beside what it was for; a timer has no name but that. */
function aside(kind: RunStepKind, name: string, isTimer: boolean): string {
  if (isTimer) return name === '' ? '' : kindWords[kind];
  return [kindWords[kind], name].filter((text) => text !== '').join(' ');
}

const kindWords: Readonly<Record<RunStepKind, string>> = {
  [RunStepKind.UNSPECIFIED]: '',
  [RunStepKind.ACTIVITY]: 'activity',
  [RunStepKind.RECORD]: '',
  [RunStepKind.TIMER]: 'timer',
  [RunStepKind.SIGNAL]: 'signal',
  [RunStepKind.UPDATE]: 'update',
};
