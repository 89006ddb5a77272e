import { useQuery } from '@connectrpc/connect-query';
import type { ReactNode } from 'react';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import {
  type HeldScope,
  type Restriction,
  RestrictionKind,
  type Window,
  WindowAction,
  WindowKind,
} from '#gen/governance/v1/restriction_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { shortName } from '../../../core/restriction/window-words.js';
import { Command } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Mark } from '../parts/mark.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';
import { Who } from '../parts/who.js';
import { resumeCommand } from '../restriction/closed-lanes.js';
import { scopeOf } from './entry.js';

interface Of {
  readonly product: string;
  readonly lane: Lane;
}

/** The windows that may concern what is shown, each with when it is there, in words. */
export function WindowList(of: Of) {
  return (
    <Restrictions
      of={of}
      title="Windows"
      command="lane window list"
      kind={RestrictionKind.WINDOW}
      none="There is no window: nothing is closed by the clock."
    >
      {(one) => (one.spec.case === 'window' ? <WindowRow restriction={one} window={one.spec.value} /> : null)}
    </Restrictions>
  );
}

/** What is held, and how it is lifted. */
export function HoldList(of: Of) {
  return (
    <Restrictions of={of} title="Holds" command="lane holds" kind={RestrictionKind.HOLD} none="Nothing is held.">
      {(one) => (one.spec.case === 'held' ? <HoldRows name={one.name} held={one.spec.value} /> : null)}
    </Restrictions>
  );
}

function Restrictions({
  of: { product, lane },
  title,
  command,
  kind,
  none,
  children,
}: {
  readonly of: Of;
  readonly title: string;
  readonly command: string;
  readonly kind: RestrictionKind;
  readonly none: string;
  readonly children: (restriction: Restriction) => ReactNode;
}) {
  const { data, error, isPending } = useQuery(RestrictionService.method.listRestrictions, { kind, product, lane });
  return (
    <Section title={title} aside={<Command command={command} />}>
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what={title} rows={2} />}
      {data !== undefined && data.restrictions.length === 0 && <p className={rows['pad']}>{none}</p>}
      <ul className={rows['list']}>{data?.restrictions.map(children)}</ul>
      {data !== undefined && data.nextAfter !== '' && <p className={rows['pad']}>There are more: {command}</p>}
    </Section>
  );
}

function WindowRow({ restriction, window }: { readonly restriction: Restriction; readonly window: Window }) {
  const { kind, reason, times, invokers, actions } = window;
  const isFreeze = kind === WindowKind.FREEZE;
  const word = isFreeze ? 'freeze' : 'change window';
  return (
    <li key={restriction.name}>
      {restriction.over ? (
        <Mark tone="plain" shape="dash">
          {word}, over
        </Mark>
      ) : (
        <Mark tone={isFreeze ? 'move' : 'good'} shape={isFreeze ? 'frost' : 'check'}>
          {word}
        </Mark>
      )}
      <div className={rows['grow']}>
        <p>
          <strong>{reason}</strong> <code title={restriction.name}>{shortName(restriction.name)}</code>
        </p>
        <p className={rows['small']}>
          {restriction.over && 'It does not come again · '}
          {times} · {scopeOf(window)}
          {` · ${isFreeze ? 'no' : 'only then'} ${actions.map(actionWord).join(', ')}`}
          {invokers.length > 0 && ` · for ${invokers.join(', ')}`}
        </p>
      </div>
      <span className={rows['small']}>
        <Who name={restriction.changedBy} />, <Ago at={restriction.changedAt} />
      </span>
    </li>
  );
}

function HoldRows({ name, held }: { readonly name: string; readonly held: HeldScope }) {
  const { product, lane } = held;
  const scope = scopeOf({ products: product === '' ? [] : [product], lanes: lane === Lane.UNSPECIFIED ? [] : [lane] });
  return held.holds.map(({ id, by, since, reason, stops }) => (
    <li key={`${name} ${id}`}>
      <Mark tone="bad" shape="pause">
        hold
      </Mark>
      <div className={rows['grow']}>
        <p>
          <strong>{scope}</strong>: {reason}
        </p>
        <p className={rows['small']}>
          <Who name={by} />, <Ago at={since} /> · no {stops.map(actionWord).join(', ')} until somebody lifts it
        </p>
      </div>
      <Command command={resumeCommand({ name, hold: id })} label="Lift it" />
    </li>
  ));
}

function actionWord(action: WindowAction): string {
  switch (action) {
    case WindowAction.REQUEST:
      return 'requests';
    case WindowAction.APPROVE:
      return 'approvals';
    case WindowAction.ROLLBACK:
      return 'rollbacks';
    default:
      return 'promotions';
  }
}
