import { type Priority, urgencyOf } from '../promotion/schedule.js';
import type { PromotionKind, PromotionPhase } from '../promotion/state.js';

/** What decides about the place of a promotion in a queue. */
export interface Waiting {
  readonly id: string;
  readonly kind: PromotionKind;
  /** Since when it waits. */
  readonly queuedAt: Date | undefined;
  readonly priority: Priority;
}

/** A promotion that holds a lane or waits for it. */
export interface Contender extends Waiting {
  readonly phase: PromotionPhase;
  readonly switched: boolean;
  /** Whether it may take the lane now, or keep it as long as it has not begun to deploy: no window and no hold says otherwise. */
  readonly mayEnter: boolean;
}

/** What is to be done with a lane. */
export type Arbitration =
  /** Nothing: its holder needs it, or nobody wants it. */
  | { readonly type: 'keep' }
  /** Nobody holds it any more: its holder no longer needs it, or `from`, which had not begun to deploy, may not keep it. */
  | { readonly type: 'free'; readonly from?: string }
  /** The first in the queue gets it, from a holder that had not begun to deploy if `from` names one. */
  | { readonly type: 'grant'; readonly to: string; readonly from?: string };

/**
 * Who shall hold a lane. One function for the grant of an idle lane and for the grant of one that becomes free, so that
 * both agree: a rollback first, then hotfixes, then whoever is more urgent, then whoever has waited longest. Waiting makes more
 * urgent, so that no promotion waits for ever for others. Rollbacks and hotfixes also take the lane from what comes after them
 * and has not begun to deploy. Whoever may not enter waits, keeps its place, and is in nobody's way.
 *
 * @param holder the promotion that was granted the lane last
 * @param queue the promotions that are QUEUED, the holder included if it is
 */
export function arbitrate(holder: Contender | undefined, queue: readonly Contender[], now: Date): Arbitration {
  const [next] = inOrder(
    queue.filter(({ id, mayEnter }) => id !== holder?.id && mayEnter),
    now,
  );
  if (holder === undefined || !needsLane(holder)) {
    if (next !== undefined) return { type: 'grant', to: next.id };
    return holder === undefined ? { type: 'keep' } : { type: 'free' };
  }
  if (holder.phase !== 'QUEUED' && holder.phase !== 'GUARDING') return { type: 'keep' };
  if (!holder.mayEnter)
    return next === undefined ? { type: 'free', from: holder.id } : { type: 'grant', to: next.id, from: holder.id };
  return next !== undefined && rankOf(next) < rankOf(holder)
    ? { type: 'grant', to: next.id, from: holder.id }
    : { type: 'keep' };
}

/** The kinds in the order in which they get a lane. */
const kindsInOrder: readonly PromotionKind[] = ['ROLLBACK', 'HOTFIX', 'PROMOTION'];

function rankOf({ kind }: Waiting): number {
  return kindsInOrder.indexOf(kind);
}

/** What waits for a lane, in the order in which it gets it. */
export function inOrder<T extends Waiting>(queue: readonly T[], now: Date): readonly T[] {
  return queue.toSorted((a, b) => compare(a, b, now));
}

function compare(a: Waiting, b: Waiting, now: Date): number {
  if (a.kind !== b.kind) return rankOf(a) - rankOf(b);
  const urgency = urgencyNow(b, now) - urgencyNow(a, now);
  if (urgency !== 0) return urgency;
  const age = (a.queuedAt?.getTime() ?? Infinity) - (b.queuedAt?.getTime() ?? Infinity);
  if (age !== 0 && !Number.isNaN(age)) return age;
  return a.id < b.id ? -1 : 1;
}

function urgencyNow({ priority, queuedAt }: Waiting, now: Date): number {
  return urgencyOf(priority, queuedAt === undefined ? 0 : now.getTime() - queuedAt.getTime());
}

/** Whether a promotion that was granted its lane still needs it. */
function needsLane({ phase, switched }: Contender): boolean {
  switch (phase) {
    case 'QUEUED':
    case 'GUARDING':
    case 'DEPLOYING':
    case 'VERIFYING':
      return true;
    case 'ERRORED':
      return switched;
    default:
      return false;
  }
}
