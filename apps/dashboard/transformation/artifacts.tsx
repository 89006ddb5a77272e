import {
  ArtifactKind,
  ArtifactState,
  type MethodArtifact,
  type Timebox,
} from '#gen/transformation/v1/transformation_pb.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';
import { timeboxOf } from './words.js';

const states: Readonly<Record<ArtifactState, readonly [Tone, Shape, string]>> = {
  [ArtifactState.UNSPECIFIED]: ['plain', 'dash', 'unknown'],
  [ArtifactState.DRAFT]: ['plain', 'dots', 'draft'],
  [ArtifactState.IN_REVIEW]: ['wait', 'clock', 'in review'],
  [ArtifactState.ACCEPTED]: ['good', 'check', 'accepted'],
  [ArtifactState.REJECTED]: ['bad', 'cross', 'rejected'],
};

/** In the order in which they are shown. */
const kinds: readonly (readonly [ArtifactKind, string])[] = [
  [ArtifactKind.INCREMENT, 'Increments'],
  [ArtifactKind.PI_OBJECTIVE, 'PI Objectives'],
  [ArtifactKind.ADM_DELIVERABLE, 'ADM deliverables'],
  [ArtifactKind.ARCHITECTURE_CONTRACT, 'Architecture contracts'],
];

/** How many artifacts of a kind are shown at once; there may be two thousand. */
const shownAtOnce = 50;

/** The artifacts of the method, kind by kind: gates ask how far they are. */
export function Artifacts({
  artifacts,
  timeboxes,
}: {
  readonly artifacts: readonly MethodArtifact[];
  readonly timeboxes: readonly Timebox[];
}) {
  if (artifacts.length === 0) return null;
  return (
    <Section title="Artifacts of the method">
      {kinds.map(([kind, name]) => {
        const own = artifacts.filter((one) => one.kind === kind);
        if (own.length === 0) return null;
        const accepted = own.filter(({ state }) => state === ArtifactState.ACCEPTED).length;
        return (
          <div key={kind} className={rows['group']}>
            <h3>
              {name}
              <span className={rows['tag']}>
                {accepted} of {own.length} accepted
              </span>
            </h3>
            <List artifacts={own.slice(0, shownAtOnce)} timeboxes={timeboxes} />
            {own.length > shownAtOnce && (
              <details>
                <summary>{own.length - shownAtOnce} more</summary>
                <List artifacts={own.slice(shownAtOnce)} timeboxes={timeboxes} />
              </details>
            )}
          </div>
        );
      })}
    </Section>
  );
}

function List({
  artifacts,
  timeboxes,
}: {
  readonly artifacts: readonly MethodArtifact[];
  readonly timeboxes: readonly Timebox[];
}) {
  return (
    <ul className={rows['list']}>
      {artifacts.map((one) => (
        <li key={one.key}>
          <div className={rows['grow']}>
            <p>
              <strong>{one.title}</strong>
            </p>
            <p className={rows['small']}>
              {[
                one.key,
                timeboxOf(one.timebox, timeboxes),
                one.phase !== '' && `phase ${one.phase.toUpperCase()}`,
                valueOf(one),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </div>
          <Mark tone={states[one.state][0]} shape={states[one.state][1]}>
            {states[one.state][2]}
          </Mark>
        </li>
      ))}
    </ul>
  );
}

/** Business value, as it was planned and as it was achieved. */
function valueOf({ plannedValue, achievedValue }: MethodArtifact): string {
  if (plannedValue === undefined && achievedValue === undefined) return '';
  return `business value ${String(achievedValue ?? '–')} of ${String(plannedValue ?? '–')}`;
}
