import { shortId } from '../../../core/ids.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import type { CheckRun, Notice } from '#gen/governance/v1/check_run_pb.js';
import { type Promotion, PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import type { TimelineEntry } from '#gen/release/v1/timeline_pb.js';
import type { LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import type { Context } from '../program/context.js';
import { ExitError } from '../errors/report-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { instantOf, hasEnded } from '../output/words.js';
import { harmless } from '../output/harmless.js';
import { readStream } from '../connection/reconnect.js';

/** What a watcher receives on each change. */
export interface PromotionUpdate {
  readonly promotion: Promotion;
  readonly gates: readonly CheckRun[];
  readonly notices: readonly Notice[];
  /** The timeline entries since the previous update. */
  readonly newEntries: readonly TimelineEntry[];
  /** Whether its lane is open to it, where that is others than at the previous update: a lane that was open is not told first. */
  readonly turned?: LaneOpening | undefined;
}

/** How long to follow, and what to do on each change. */
export interface FollowOptions {
  /** Milliseconds; undefined for no limit. */
  readonly timeoutMs?: number | undefined;
  /** In which what is followed is named. */
  readonly words: Words;
  readonly onChange: (update: PromotionUpdate) => void;
}

/**
 * Follows a promotion until it is live or has ended, across interruptions of the stack. The promotion continues,
 * whatever happens to this process.
 *
 * @throws ExitError when Ctrl-C or the timeout ended the watching, and only the watching
 */
export async function followPromotion(context: Context, id: string, options: FollowOptions): Promise<Promotion> {
  const timeout = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([context.signal, ...(timeout === undefined ? [] : [timeout])]);
  const api = await context.api();
  let lastEventId = -1n;
  let closed = '';
  const open = () => api.promotions.watchPromotion({ promotionId: id }, { signal });
  const ended = await readStream(context, signal, open, ({ promotion, gates, notices }) => {
    if (promotion === undefined) return undefined;
    const after = lastEventId;
    const newEntries = promotion.timeline.filter((entry) => entry.eventId > after);
    lastEventId = promotion.timeline.at(-1)?.eventId ?? lastEventId;
    const { opening } = promotion;
    const turned = opening !== undefined && opening.reason !== closed ? opening : undefined;
    closed = opening?.reason ?? closed;
    options.onChange({ promotion, gates, notices, newEntries, turned });
    return promotion.state === PromotionPhase.LIVE || hasEnded(promotion.state) ? promotion : undefined;
  });
  if (ended !== undefined) return ended;
  const named = `${options.words.One('promotion')} ${shortId(id)}`;
  if (context.signal.aborted) throw interruptedError(named, `lane watch ${shortId(id)}`);
  throw new ExitError(exitCodes.timedOut, `${named} is not live yet; it continues`, `lane watch ${shortId(id)}`);
}

/** The error for Ctrl-C, which ends the watching and nothing else. */
export function interruptedError(subject: string, watchAgain: string): ExitError {
  return new ExitError(exitCodes.interrupted, `${subject} continues: ${watchAgain}`);
}

/** One line of a timeline: local time and what happened. */
export function timelineLine(entry: Pick<TimelineEntry, 'at' | 'actor' | 'text'>, context: Context): string {
  const instant = instantOf(entry.at);
  const time = instant === undefined ? '' : new Date(instant).toLocaleTimeString('en-GB');
  const who = entry.actor === '' ? '' : context.terminal.colours.dim(` (${entry.actor})`);
  return `${context.terminal.colours.dim(time)}  ${entry.text}${who}`;
}

/** That a lane was closed to a promotion, why and until when, or is open again. */
export function turnLine({ closed, reason }: LaneOpening, { terminal: { colours } }: Context): string {
  return harmless(closed ? colours.yellow(`the lane is closed: ${reason}`) : colours.green('the lane is open'));
}

/** The exit code for the state in which waiting for a promotion ended. */
export function exitCodeOfState(state: PromotionPhase): ExitCode {
  switch (state) {
    case PromotionPhase.LIVE:
      return exitCodes.ok;
    case PromotionPhase.REJECTED:
    case PromotionPhase.FAILED:
      return exitCodes.blocked;
    case PromotionPhase.ABORTED:
    case PromotionPhase.SUPERSEDED:
    case PromotionPhase.ROLLED_BACK:
      return exitCodes.conflict;
    case PromotionPhase.ERRORED:
      return exitCodes.error;
    default:
      return exitCodes.pending;
  }
}
