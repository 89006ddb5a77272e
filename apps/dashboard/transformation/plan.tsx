import {
  type Goal,
  type Milestone,
  Readiness,
  type Timebox,
  TimeboxKind,
} from '#gen/transformation/v1/transformation_pb.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';
import { timeboxOf } from './words.js';

const readiness: Readonly<Record<Readiness, readonly [Tone, Shape, string]>> = {
  [Readiness.UNSPECIFIED]: ['plain', 'dash', 'unknown'],
  [Readiness.PLANNED]: ['plain', 'clock', 'planned'],
  [Readiness.AT_RISK]: ['wait', 'alert', 'at risk'],
  [Readiness.READY]: ['good', 'check', 'ready'],
  [Readiness.MISSED]: ['bad', 'cross', 'missed'],
};

const kinds: Readonly<Record<TimeboxKind, string>> = {
  [TimeboxKind.UNSPECIFIED]: 'timebox',
  [TimeboxKind.SPRINT]: 'Sprint',
  [TimeboxKind.PI]: 'PI',
  [TimeboxKind.ITERATION]: 'Iteration',
  [TimeboxKind.ADM_PHASE]: 'ADM phase',
};

/** The points that it wants to reach, and how near each is. */
export function Milestones({ milestones }: { readonly milestones: readonly Milestone[] }) {
  if (milestones.length === 0) return null;
  return (
    <Section title="Milestones">
      <ul className={rows['list']}>
        {milestones.map(({ key, title, readiness: state, due }) => (
          <li key={key}>
            <div className={rows['grow']}>
              <p>
                <strong>{title}</strong>
              </p>
              <p className={rows['small']}>{[key, due !== '' && `due ${due}`].filter(Boolean).join(' · ')}</p>
            </div>
            <Mark tone={readiness[state][0]} shape={readiness[state][1]}>
              {readiness[state][2]}
            </Mark>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Its periods. */
export function Timeboxes({ timeboxes }: { readonly timeboxes: readonly Timebox[] }) {
  if (timeboxes.length === 0) return null;
  return (
    <Section title="Timeboxes">
      <ul className={rows['list']}>
        {timeboxes.map(({ id, kind, title, starts, ends }) => (
          <li key={id}>
            <div className={rows['grow']}>
              <strong>{title}</strong>
              <span className={rows['tag']}>{kinds[kind]}</span>
            </div>
            <span className={rows['small']}>
              {[starts !== '' && `from ${starts}`, ends !== '' && `to ${ends}`].filter(Boolean).join(' ') || 'no dates'}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What it wants. */
export function Goals({
  goals,
  timeboxes,
}: {
  readonly goals: readonly Goal[];
  readonly timeboxes: readonly Timebox[];
}) {
  if (goals.length === 0) return null;
  return (
    <Section title="Goals">
      <ul className={rows['list']}>
        {goals.map(({ id, title, timebox }) => (
          <li key={id}>
            <div className={rows['grow']}>{title}</div>
            <span className={rows['small']}>{timeboxOf(timebox, timeboxes)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
