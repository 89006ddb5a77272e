import { Fragment } from 'react';
import { type Closure, ClosureKind } from '#gen/governance/v1/restriction_pb.js';
import { shortId } from '../../../core/ids.js';
import { shortName } from '../../../core/restriction/window-words.js';
import { Command } from '../parts/copy.js';
import { Since, When } from '../parts/instant.js';
import { Glyph, type Shape } from '../parts/mark.js';
import { Who } from '../parts/who.js';
import css from './banners.module.css';
import {
  closedBy,
  type ClosedBy,
  type LaneWithOpening,
  lanesInWords,
  nextTurn,
  resumeCommand,
} from './closed-lanes.js';
import { useTurnAt } from './use-turns.js';

/** So many are shown at once; the others are one step away. */
const mostShown = 3;

/** What is closed, by whom, why and until when: one banner for each order, whatever number of lanes it closes. */
export function Banners({
  lanes,
  isPart = false,
}: {
  readonly lanes: readonly LaneWithOpening[];
  /** Whether there are lanes that have not been asked for. */
  readonly isPart?: boolean;
}) {
  useTurnAt(nextTurn(lanes.map(({ opening }) => opening)));
  const all = closedBy(lanes);
  if (all.length === 0) return null;
  const others = all.slice(mostShown);
  return (
    <section aria-label="Closed lanes" className={css['banners']}>
      <ul className={css['list']}>
        {all.slice(0, mostShown).map((one) => (
          <Banner key={one.key} closed={one} isPart={isPart} />
        ))}
      </ul>
      {others.length > 0 && (
        <details className={css['more']}>
          <summary>
            {others.length} more {others.length === 1 ? 'order closes' : 'orders close'} lanes
          </summary>
          <ul className={css['list']}>
            {others.map((one) => (
              <Banner key={one.key} closed={one} isPart={isPart} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const looks: Readonly<Record<ClosureKind, readonly [tone: string, shape: Shape]>> = {
  [ClosureKind.UNSPECIFIED]: ['wait', 'alert'],
  [ClosureKind.HOLD]: ['bad', 'pause'],
  [ClosureKind.RECALL]: ['bad', 'back'],
  [ClosureKind.FREEZE]: ['move', 'frost'],
  [ClosureKind.CHANGE]: ['wait', 'clock'],
  [ClosureKind.SCHEDULE]: ['wait', 'clock'],
};

function Banner({ closed, isPart }: { readonly closed: ClosedBy; readonly isPart: boolean }) {
  const { closure, closures, lanes } = closed;
  const [tone, shape] = looks[closure.kind];
  return (
    <li className={`${css['banner'] ?? ''} ${css[tone] ?? ''}`}>
      <Glyph shape={shape} />
      <div className={css['words']}>
        <p>
          <Says closed={closed} /> <Ends closed={closed} />
        </p>
        <p className={css['small']}>
          {lanesInWords(lanes)}
          {isPart && ', of the lanes that are shown so far'}
          {(closure.kind === ClosureKind.FREEZE || closure.kind === ClosureKind.CHANGE) && (
            <>
              {' · set by '}
              {[...new Set(closures.map(({ owner }) => owner))].map((owner, index) => (
                <Fragment key={owner}>
                  {index > 0 && ', '}
                  <Who name={owner} />
                </Fragment>
              ))}
            </>
          )}
        </p>
      </div>
      {closure.kind === ClosureKind.HOLD && <Command command={resumeCommand(closure)} label="Lift it" />}
    </li>
  );
}

/** What closes and why. */
function Says({ closed: { closure, closures } }: { readonly closed: ClosedBy }) {
  const { kind, name, owner, since, reason } = closure;
  switch (kind) {
    case ClosureKind.HOLD:
      return (
        <>
          <strong>
            Held by <Who name={owner} />
          </strong>{' '}
          since <Since at={since} />: {reason};
        </>
      );
    case ClosureKind.RECALL:
      return (
        <>
          <strong>
            Bundle <code>{shortId(name)}</code> was recalled by <Who name={owner} />
          </strong>
          : {reason};
        </>
      );
    case ClosureKind.SCHEDULE:
      return <strong>Scheduled</strong>;
    case ClosureKind.FREEZE:
      return (
        <>
          <strong>Frozen: {reason}</strong> (<Name of={closure} />
          );
        </>
      );
    default:
      return (
        <>
          <strong>Outside of {closures.length === 1 ? 'its change window' : 'its change windows'}</strong>:{' '}
          {closures.slice(0, mostShown).map((one, index) => (
            <Fragment key={one.name}>
              {index > 0 && ', '}
              {one.reason} (<Name of={one} />)
            </Fragment>
          ))}
          {closures.length > mostShown && ` and ${String(closures.length - mostShown)} more`};
        </>
      );
  }
}

/** What a window is called: short, as that of an imported one is made of the id of its event. */
function Name({ of: { name } }: { readonly of: Closure }) {
  return <code title={name}>{shortName(name)}</code>;
}

/** Until when: the lane's own instant where nothing else closes it longer. */
function Ends({ closed: { closure, closures, opens } }: { readonly closed: ClosedBy }) {
  const { kind, until, zone } = closure;
  const isOfSeveral = closures.length > 1;
  if (kind === ClosureKind.HOLD) return <>until somebody lifts it</>;
  if (kind === ClosureKind.RECALL) return <>until somebody else undoes it</>;
  if (opens !== undefined)
    return (
      <>
        {isOfSeveral && 'the next '}opens <When at={opens} writtenIn={zone} />
      </>
    );
  if (until === undefined || isOfSeveral) return <>nobody can say until when</>;
  return (
    <>
      until <When at={until} writtenIn={zone} />
    </>
  );
}
