import { workflowIds } from '../core/ids.js';
import { hasEnded, type PromotionPhase } from '../core/promotion/state.js';
import type { Transaction } from '../store/database.js';
import type { StoredEvent } from '../store/event/read.js';
import { gatingPromotionsOfBundle, requirePromotion, type StoredPromotion } from '../store/promotion/read.js';
import { changedSignal, laneGrantedSignal, supersededSignal } from '../workflows/promotion/contract.js';

/** One wake-up: a signal to a run, or to a lane that is started when it is not running. */
export type Wakeup =
  | {
      readonly to: 'promotion';
      readonly workflowId: string;
      readonly firstRunId: string;
      readonly signal: string;
      readonly args: readonly unknown[];
    }
  | {
      readonly to: 'lane';
      readonly workflowId: string;
      readonly input: { readonly tenant: string; readonly product: string; readonly lane: string };
    };

/** Which runs an event concerns, and what each is sent. Hints only: receivers read PostgreSQL again. */
export async function wakeupsOf(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  switch (event.type) {
    case 'promotion.transitioned':
      return [...laneWakeup(tx.tenant, event), ...(event.data['to'] === 'LIVE' ? await gatingWakeups(tx, event) : [])];
    case 'lane.granted':
      return promotionWakeup(tx, event, laneGrantedSignal.name, [{ fencingToken: event.data['fencingToken'] }]);
    case 'promotion.superseded':
      return promotionWakeup(tx, event, supersededSignal.name, [{ by: event.data['by'], how: event.data['how'] }]);
    case 'evidence.attached':
      return gatingWakeups(tx, event);
    // Nobody waits for these: the run that recorded a decision runs the round itself, and the holder of a lane learns
    // of a revocation from its stale fencing token.
    case 'product.registered':
    case 'release.started':
    case 'release.sealed':
    case 'release.failed':
    case 'promotion.requested':
    case 'decision.recorded':
    case 'decision.refused':
    case 'lane.revoked':
    case 'alias.switched':
      return [];
  }
}

/**
 * A lane has something to do when a promotion queues, and when one that may hold it moves on to a phase that does not.
 */
function laneWakeup(tenant: string, event: StoredEvent): readonly Wakeup[] {
  const to = event.data['to'] as PromotionPhase;
  const from = event.data['from'] as PromotionPhase;
  const leaves =
    to === 'LIVE' ||
    to === 'ERRORED' ||
    hasEnded(to) ||
    (from === 'QUEUED' && (to === 'GATING' || to === 'AWAITING_APPROVAL'));
  if (event.product === null || event.lane === null || (to !== 'QUEUED' && !leaves)) return [];
  const { product, lane } = event;
  return [{ to: 'lane', workflowId: workflowIds.lane(tenant, product, lane), input: { tenant, product, lane } }];
}

async function gatingWakeups(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  if (event.bundleDigest === null) return [];
  return (await gatingPromotionsOfBundle(tx, event.bundleDigest)).map((promotion) =>
    signalTo(promotion, changedSignal.name, []),
  );
}

async function promotionWakeup(
  tx: Transaction,
  event: StoredEvent,
  signal: string,
  args: readonly unknown[],
): Promise<readonly Wakeup[]> {
  return event.promotionId === null ? [] : [signalTo(await requirePromotion(tx, event.promotionId), signal, args)];
}

function signalTo(promotion: StoredPromotion, signal: string, args: readonly unknown[]): Wakeup {
  return { to: 'promotion', workflowId: promotion.workflowId, firstRunId: promotion.id, signal, args };
}
