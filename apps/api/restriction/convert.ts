import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  ClosureKind,
  InFlightRule,
  type LaneOpening,
  LaneOpeningSchema,
  type Restriction,
  type RestrictionChange,
  RestrictionChangeSchema,
  RestrictionKind,
  RestrictionSchema,
  WindowAction,
  WindowKind,
} from '#gen/governance/v1/restriction_pb.js';
import { describeTimes } from '../../../core/calendar/describe.js';
import { isOver } from '../../../core/calendar/spans.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { LaneStatus } from '../../../core/restriction/closed.js';
import type { Restriction as AnyRestriction, RestrictionKind as KindName } from '../../../core/restriction/model.js';
import { waitInWords, whyClosed } from '../../../core/restriction/wait-words.js';
import type { StoredRestrictionChange } from '../../../store/restriction/list.js';
import type { StoredRestriction } from '../../../store/restriction/read.js';
import { instant, toLane } from '../convert.js';

const kinds: Readonly<Record<KindName, RestrictionKind>> = {
  window: RestrictionKind.WINDOW,
  hold: RestrictionKind.HOLD,
  recall: RestrictionKind.RECALL,
};

/** A kind from the wire; undefined when the caller set none. */
export function fromKind(kind: RestrictionKind): KindName | undefined {
  return (Object.keys(kinds) as KindName[]).find((name) => kinds[name] === kind);
}

/** A required kind from the wire. @throws INVALID_INPUT */
export function requireKind(kind: RestrictionKind): KindName {
  const name = fromKind(kind);
  if (name !== undefined) return name;
  throw new LanekeeperError('INVALID_INPUT', { message: 'a kind is required: a window, holds or a recall' });
}

/** A restriction as it is now. */
export function toRestrictionMessage(stored: StoredRestriction, now: Date): Restriction {
  const { restriction, revision, state, changedBy, changedAt } = stored;
  return create(RestrictionSchema, {
    ...{ kind: kinds[restriction.kind], name: restriction.name, revision, retired: state === 'RETIRED', changedBy },
    ...instant('changedAt', changedAt),
    spec: specOf(restriction),
    over: restriction.kind === 'window' && isOver(restriction.spec, now),
  });
}

function specOf(restriction: AnyRestriction): Restriction['spec'] {
  switch (restriction.kind) {
    case 'window': {
      const { spec } = restriction;
      return create(RestrictionSchema, {
        spec: {
          case: 'window',
          value: {
            ...{ kind: WindowKind[spec.kind], reason: spec.reason, zone: spec.zone, begins: spec.begins },
            ...{ ends: spec.ends ?? '', lasts: spec.lasts ?? '', recurrence: spec.recurrence ?? '' },
            ...{ except: [...(spec.except ?? [])], products: [...(spec.products ?? [])] },
            lanes: (spec.lanes ?? []).map(toLane),
            actions: spec.actions.map((action) => WindowAction[action]),
            invokers: [...(spec.invokers ?? [])],
            inFlight: InFlightRule[spec.inFlight],
            times: describeTimes(spec),
          },
        },
      }).spec;
    }
    case 'hold': {
      const { product = '', lane, holds } = restriction.spec;
      return create(RestrictionSchema, {
        spec: {
          case: 'held',
          value: {
            ...{ product, lane: toLane(lane ?? null) },
            holds: holds.map(({ id, by, since, reason, stops }) => ({
              ...{ id, by, reason, since: timestampFromDate(new Date(since)) },
              stops: stops.map((action) => WindowAction[action]),
            })),
          },
        },
      }).spec;
    }
    case 'recall':
      return create(RestrictionSchema, { spec: { case: 'recall', value: restriction.spec } }).spec;
  }
}

/** One revision. */
export function toRestrictionChange(stored: StoredRestrictionChange): RestrictionChange {
  const { revision, verb, principal, keyId, statementDigest, words, signed, registeredAt } = stored;
  return create(RestrictionChangeSchema, {
    ...{ revision, verb, principal, keyId, statementDigest, words },
    signedStatement: new TextEncoder().encode(signed),
    ...instant('changedAt', registeredAt),
  });
}

/** Whether something may be done with a lane. */
export function toLaneOpening(status: LaneStatus): LaneOpening {
  const { closures, nextOpen, nextClose, inFlight } = status;
  const closed = closures.length > 0;
  return create(LaneOpeningSchema, {
    ...{ closed, reason: closed ? waitInWords(status) : '', why: whyClosed(status) },
    closures: closures.map(({ kind, name, hold = '', owner, since, reason, words, until, zone = '' }) => ({
      ...{ kind: ClosureKind[kind], name, hold, owner, reason, words, zone },
      ...instant('since', since === undefined ? undefined : new Date(since)),
      ...instant('until', until),
    })),
    ...instant('nextOpen', nextOpen),
    ...instant('nextClose', nextClose),
    inFlight: InFlightRule[inFlight ?? 'UNSPECIFIED'],
  });
}
