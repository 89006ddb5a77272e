import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { useState } from 'react';
import { type RunStep, RunService, RunStepKind, RunStepState } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { fullTime, spanOf, useNow } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Until } from '../parts/instant.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import css from './runs.module.css';

const states: Readonly<Record<RunStepState, readonly [Tone, Shape, string]>> = {
  [RunStepState.UNSPECIFIED]: ['plain', 'dash', ''],
  [RunStepState.RUNNING]: ['move', 'arrow', 'goes on'],
  [RunStepState.DONE]: ['good', 'check', 'done'],
  [RunStepState.FAILED]: ['bad', 'cross', 'failed'],
  [RunStepState.CANCELED]: ['plain', 'cross', 'cancelled'],
  [RunStepState.TIMED_OUT]: ['bad', 'clock', 'timed out'],
};

/** What a run has done, as Temporal or the kept history tells it; read when somebody opens it. */
export function Story({ runId, isFirst }: { readonly runId: string; readonly isFirst: boolean }) {
  const [isOpen, setOpen] = useState(isFirst);
  const { data, error, isPending } = useQuery(RunService.method.getRunStory, { runId }, { enabled: isOpen });
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What it did</summary>
      {error !== null && <ProblemNote error={error} />}
      {isOpen && isPending && <Loading what="what the run did" rows={1} />}
      <ol className={css['steps']}>
        {data?.steps.map((step, index) => (
          // A history only grows: the place of a step is its name.
          <Step key={index} step={step} />
        ))}
      </ol>
      {data?.isCut === true && <p className={css['name']}>There is more: download the history once it is kept.</p>}
    </details>
  );
}

function Step({ step }: { readonly step: RunStep }) {
  const { zone } = useSettings();
  const now = useNow();
  const { kind, name, summary, state, startedAt, endedAt, attempts, failure, dueAt } = step;
  const begun = startedAt === undefined ? undefined : timestampDate(startedAt);
  const ms =
    begun === undefined ? 0 : (endedAt === undefined ? now : timestampDate(endedAt)).getTime() - begun.getTime();
  const [tone, shape, word] = states[state];
  const isTimer = kind === RunStepKind.TIMER;
  return (
    <li className={css['step']}>
      <time dateTime={begun?.toISOString()}>{begun === undefined ? '' : fullTime(begun, zone).slice(5, 19)}</time>
      <span>
        {summary === '' ? name : summary}{' '}
        <span className={css['name']}>
          {[kindWords[kind], summary === '' || isTimer ? '' : name].filter((text) => text !== '').join(' ')}
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
        {kind === RunStepKind.ACTIVITY && <span className={css['name']}> {spanOf(ms)}</span>}
      </span>
      {failure !== '' && <span className={css['failure']}>{failure}</span>}
    </li>
  );
}

const kindWords: Readonly<Record<RunStepKind, string>> = {
  [RunStepKind.UNSPECIFIED]: '',
  [RunStepKind.ACTIVITY]: 'activity',
  [RunStepKind.RECORD]: '',
  [RunStepKind.TIMER]: 'timer',
  [RunStepKind.SIGNAL]: 'signal',
  [RunStepKind.UPDATE]: 'update',
};
