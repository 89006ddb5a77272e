import { type Clock, WindowClock } from '../calendar/clock.js';
import { statusOf } from '../calendar/status.js';
import { holdsFor, type InFlightRule, type WindowKind, type WindowSubject } from '../calendar/window.js';
import type { Digest } from '../digest.js';
import { instantInWords } from '../instant-in-words.js';
import { recallInWords, type Recalled } from '../promotion/standing.js';
import type { PromotionKind } from '../promotion/state.js';
import { type HeldAction, nameOfHold, type Restriction, scopeInWords } from './model.js';
import { closedByWindow } from './window-words.js';

/** Something that closes a lane to somebody who wants something: a wait with its owner, its reason and its end. */
export interface Closure {
  readonly kind: 'HOLD' | 'RECALL' | 'SCHEDULE' | WindowKind;
  /** Of the window; of a hold its scope; of a recall the bundle. */
  readonly name: string;
  /** Of a hold, which one of the scope it is. */
  readonly hold?: string;
  /** Who has made it. */
  readonly owner: string;
  /** RFC 3339: since when, of a hold. */
  readonly since?: string;
  /** Why, as its owner has written it. */
  readonly reason: string;
  /** What closes the lane and why, in one line. */
  readonly words: string;
  /** The command that ends it; absent where it ends by itself. */
  readonly next?: string;
  /** When it does not close the lane any more, whatever else does; absent where nobody can say. */
  readonly until?: Date;
  /** Of a window, the zone of its times. */
  readonly zone?: string;
}

/** Whoever wants to do something with a lane, and with which bundle. */
export interface LaneSubject extends WindowSubject {
  /** Absent where no bundle is asked about. */
  readonly bundle?: Digest;
  /** When it is to be done at the earliest; absent for as soon as possible. */
  readonly startsAt?: Date;
}

/** Whether something may be done, as everybody is told: computed once, where the answer counts. */
export interface LaneStatus {
  /** What closes it; empty while it is open. */
  readonly closures: readonly Closure[];
  /** When it opens next; absent while it is open, and where nobody can say. */
  readonly nextOpen?: Date;
  /** When it closes next; absent while it is closed, and where nobody can say. */
  readonly nextClose?: Date;
  /** Where neither is found although it may come: when to ask again. */
  readonly lookAgainAt?: Date;
  /** What becomes of a promotion that has its lane: the strictest rule of what closes it. */
  readonly inFlight?: InFlightRule;
}

/** A restriction that is in force, and who has put it. */
export interface RestrictionInForce {
  readonly restriction: Restriction;
  readonly changedBy: string;
}

/** What a promotion does with its lane, as windows and holds name it. */
export function actionOf(kind: PromotionKind): HeldAction {
  return kind === 'PROMOTION' ? 'DEPLOY' : kind;
}

/** The recall of a bundle, if one is in force. */
export function recallOf(restrictions: readonly RestrictionInForce[], bundle: Digest): Recalled | undefined {
  const [found] = restrictions.flatMap(({ restriction, changedBy }) =>
    restriction.kind === 'recall' && restriction.spec.bundle === bundle
      ? [{ by: changedBy, reason: restriction.spec.reason }]
      : [],
  );
  return found;
}

/** While it is not known what people have signed about a lane, it is closed to everybody, and nobody can say until when. */
export function statusOfUnbelieved(problem: string): LaneStatus {
  return { closures: [{ kind: 'HOLD', name: '', owner: '', reason: problem, words: problem }], inFlight: 'PAUSE' };
}

/** What it remembers of a window depends on the window alone. */
const sharedClock = new WindowClock();

/**
 * What closes a lane to a subject. Holds end when somebody lifts them, so that under one nobody can say when it opens. What is
 * scheduled for later finds it closed until then, and longer where a window says so at that instant.
 *
 * @param restrictions those in force that concern the lane
 */
export function statusOfLane(
  restrictions: readonly RestrictionInForce[],
  subject: LaneSubject,
  now: Date,
  clock: Clock = sharedClock,
): LaneStatus {
  const status = statusNow(restrictions, subject, now, clock);
  const { startsAt } = subject;
  if (startsAt === undefined || startsAt <= now) return status;
  const then = statusNow(restrictions, subject, startsAt, clock);
  const at = startsAt.toISOString();
  const closure: Closure = {
    kind: 'SCHEDULE',
    name: at,
    owner: '',
    reason: at,
    words: `scheduled for ${instantInWords(startsAt)}`,
    until: startsAt,
  };
  const nextOpen = then.closures.length === 0 ? startsAt : then.nextOpen;
  return {
    closures: [closure, ...status.closures],
    ...(nextOpen !== undefined && { nextOpen }),
    ...(nextOpen === undefined && then.lookAgainAt !== undefined && { lookAgainAt: then.lookAgainAt }),
    inFlight: status.inFlight ?? 'PAUSE',
  };
}

function statusNow(
  restrictions: readonly RestrictionInForce[],
  subject: LaneSubject,
  now: Date,
  clock: Clock,
): LaneStatus {
  const endless = [
    ...closuresOfRecall(restrictions, subject.bundle),
    ...restrictions.flatMap(({ restriction }) =>
      restriction.kind === 'hold' ? closuresOfHolds(restriction, subject) : [],
    ),
  ];
  const inForce = restrictions.flatMap(({ restriction, changedBy }) =>
    restriction.kind === 'window'
      ? [{ window: { ...restriction.spec, name: restriction.name }, owner: changedBy }]
      : [],
  );
  const status = statusOf(
    inForce.map(({ window }) => window).filter((window) => holdsFor(window, subject)),
    now,
    clock,
  );
  const again = endless.length === 0 && status.lookAgainAt !== undefined && { lookAgainAt: status.lookAgainAt };
  const windows = status.closing.map(({ window, until }): Closure => {
    const { kind, name, reason, zone } = window;
    const words = closedByWindow({ kind, name, reason });
    const owner = inForce.find((one) => one.window === window)?.owner ?? '';
    return { kind, name, reason, owner, words, zone, ...(until !== undefined && { until }) };
  });
  const closures = [...endless, ...windows];
  if (closures.length === 0)
    return { closures, ...(status.nextClose !== undefined && { nextClose: status.nextClose }), ...again };
  return {
    closures,
    ...(endless.length === 0 && status.nextOpen !== undefined && { nextOpen: status.nextOpen }),
    ...again,
    inFlight: status.inFlight === 'ABORT' ? 'ABORT' : endless.length > 0 ? 'PAUSE' : (status.inFlight ?? 'FINISH'),
  };
}

function closuresOfHolds(
  { spec }: Extract<Restriction, { kind: 'hold' }>,
  { product, lane, action }: WindowSubject,
): readonly Closure[] {
  if ((spec.product ?? product) !== product || (spec.lane ?? lane) !== lane) return [];
  return spec.holds
    .filter(({ stops }) => stops.some((stopped) => stopped === action))
    .map(({ id, by, since, reason }) => ({
      ...{ kind: 'HOLD', name: nameOfHold(spec), hold: id, owner: by, since, reason },
      words: `${by} holds ${scopeInWords(spec)}: ${reason}`,
      next: `lane resume ${spec.product ?? '--all'}${spec.lane === undefined ? '' : ` --lane ${spec.lane}`} --hold ${id} --reason TEXT`,
    }));
}

function closuresOfRecall(restrictions: readonly RestrictionInForce[], bundle: Digest | undefined): readonly Closure[] {
  const recalled = bundle === undefined ? undefined : recallOf(restrictions, bundle);
  if (bundle === undefined || recalled === undefined) return [];
  const { by, reason } = recalled;
  return [{ kind: 'RECALL', name: bundle, owner: by, reason, words: recallInWords(recalled) }];
}
