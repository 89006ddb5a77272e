import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useState } from 'react';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import { type RunStep, RunStepKind } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { fullTime, spanOf } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Button } from '../parts/button.js';
import { Toggle } from '../parts/filter.js';
import { Words } from '../parts/mark.js';
import { Section } from '../parts/screen.js';
import { RunStepRow } from './run-step.js';
import css from './timeline.module.css';
import { useSteps } from './use-steps.js';
import { type Beat, isOpen, weave } from './weave.js';

/** How many events are shown before somebody asks for the rest. */
const shownAtFirst = 60;

/**
 * Everything that has happened, the newest first: the events, with who, what, and how long after what came before; and between
 * them what the runs did, as Temporal or the kept histories tell it.
 */
export function Timeline({ promotion }: { readonly promotion: Promotion }) {
  const [isAll, setAll] = useState(false);
  const [isUnfolded, setUnfolded] = useState(false);
  const { steps, isCut } = useSteps(promotion.id);
  const entries = promotion.timeline;
  const beats = weave(entries, steps);
  const shown = isAll ? beats : beats.slice(0, shownAtFirst);
  return (
    <Section
      title="What has happened"
      aside={
        <span className={css['aside']}>
          <span className={css['count']}>
            {entries.length} events, {steps.length} steps of runs{isCut && ' and more'}
          </span>
          <Toggle isOn={isUnfolded} onChange={setUnfolded}>
            All steps
          </Toggle>
        </span>
      }
    >
      <ol className={css['timeline']}>
        {shown.map((beat, index) => (
          <BeatRows
            // What began before the first event has no event to be named by.
            key={String(beat.entry?.eventId ?? 'before')}
            beat={beat}
            before={beats[index + 1]}
            isUnfolded={isUnfolded}
          />
        ))}
      </ol>
      {!isAll && beats.length > shownAtFirst && (
        <p className={css['more']}>
          <Button onClick={() => setAll(true)}>Show the {beats.length - shownAtFirst} older ones</Button>
        </p>
      )}
    </Section>
  );
}

function BeatRows({
  beat: { entry, steps },
  before,
  isUnfolded,
}: {
  readonly beat: Beat;
  readonly before: Beat | undefined;
  readonly isUnfolded: boolean;
}) {
  const { zone } = useSettings();
  const [hasAll, setAll] = useState(false);
  const folded = steps.filter((step) => !isOpen(step));
  const shown = isUnfolded || hasAll ? steps : steps.filter(isOpen);
  const date = entry?.at === undefined ? undefined : timestampDate(entry.at);
  const at = before?.entry?.at;
  const gap = date === undefined || at === undefined ? 0 : date.getTime() - timestampDate(at).getTime();
  return (
    <>
      {shown.map((step, index) => (
        // A history only grows, and its steps have no names: from the oldest on, the place of a step is its name.
        <RunStepRow key={shown.length - index} step={step} />
      ))}
      {!isUnfolded && folded.length > 0 && (
        <li className={css['fold']}>
          <button type="button" aria-expanded={hasAll} onClick={() => setAll(!hasAll)}>
            {hasAll ? 'Hide' : 'Show'} {summaryOf(folded)}
          </button>
        </li>
      )}
      {entry !== undefined && (
        <li className={`${css['event'] ?? ''} ${entry.phase === '' ? '' : (css['phase'] ?? '')}`}>
          <time dateTime={date?.toISOString()} title={date === undefined ? '' : fullTime(date, zone)}>
            {date === undefined ? '' : fullTime(date, zone).slice(5, 19)}
          </time>
          <span className={css['what']} title={entry.type}>
            <Words text={entry.text} />
            {entry.actor !== '' && <span className={css['who']}> by {entry.actor}</span>}
          </span>
          <span className={css['gap']}>{gap >= 1_000 ? `+${spanOf(gap)}` : ''}</span>
        </li>
      )}
    </>
  );
}

const kinds: readonly (readonly [RunStepKind, string, string])[] = [
  [RunStepKind.ACTIVITY, 'activity', 'activities'],
  [RunStepKind.RECORD, 'record', 'records'],
  [RunStepKind.TIMER, 'timer', 'timers'],
  [RunStepKind.SIGNAL, 'signal', 'signals'],
  [RunStepKind.UPDATE, 'update', 'updates'],
];

/** How many steps of each kind there are, in words. */
function summaryOf(steps: readonly RunStep[]): string {
  return kinds
    .flatMap(([kind, one, many]) => {
      const count = steps.filter((step) => step.kind === kind).length;
      return count === 0 ? [] : [`${String(count)} ${count === 1 ? one : many}`];
    })
    .join(', ');
}
