import { workflowIds } from '../core/ids.js';
import type { Transaction } from '../store/database.js';
import type { StoredEvent } from '../store/event/read.js';
import { gatingPromotions, requirePromotion, type StoredPromotion } from '../store/promotion/read.js';

/**
 * One wake-up: the signal `changed` to a run, or to a lane that is started when it is not running. It carries nothing:
 * what has changed, the receiver reads from PostgreSQL.
 */
export type Wakeup =
  | { readonly to: 'promotion'; readonly workflowId: string; readonly firstRunId: string }
  | {
      readonly to: 'lane';
      readonly workflowId: string;
      readonly input: { readonly tenant: string; readonly product: string; readonly lane: string };
    };

/**
 * Which runs an event concerns. What a run's own transaction wrote it knows from the answer; events that were written by
 * another promotion's say so.
 */
export async function wakeupsOf(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  const byAnother = event.data['by'] !== undefined;
  switch (event.type) {
    case 'promotion.transitioned':
      return [
        ...(byAnother ? await promotionWakeup(tx, event) : []),
        ...(event.data['to'] === 'LIVE' ? await goneLiveWakeups(tx, event) : []),
      ];
    case 'lane.granted':
      return byAnother ? [...(await promotionWakeup(tx, event)), ...laneWakeup(tx.tenant, event)] : [];
    case 'lane.queued':
      return laneWakeup(tx.tenant, event);
    case 'evidence.attached':
      return gatingWakeups(tx, event);
    // Whose commits are, who may approve, and whose signatures count, is asked by gates of any product.
    case 'principal.added':
    case 'address.linked':
    case 'address.unlinked':
    case 'commit-key.enrolled':
    case 'commit-key.revoked':
    case 'principal-key.enrolled':
    case 'principal-key.revoked':
    case 'roles.granted':
    case 'roles.withdrawn':
      return (await gatingPromotions(tx, {})).map(runOf);
    // Nobody waits for these.
    case 'product.registered':
    case 'token.created':
    case 'token.revoked':
    case 'enrolment.requested':
    case 'enrolment.approved':
    case 'enrolment.rejected':
    case 'product.rebound':
    case 'repository.allowed':
    case 'repository.disallowed':
    case 'release.started':
    case 'release.sealed':
    case 'release.failed':
    case 'promotion.requested':
    case 'promotion.ending':
    case 'promotion.step-failed':
    case 'promotion.adopted':
    case 'promotion.repinned':
    case 'promotion.superseded':
    case 'decision.recorded':
    case 'decision.refused':
    case 'lane.revoked':
    case 'alias.switched':
      return [];
  }
}

/** The lane's own run shows who waits, and watches the holder for them. */
function laneWakeup(tenant: string, { product, lane }: StoredEvent): readonly Wakeup[] {
  if (product === null || lane === null) return [];
  return [{ to: 'lane', workflowId: workflowIds.lane(tenant, product, lane), input: { tenant, product, lane } }];
}

async function gatingWakeups(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  return event.bundleDigest === null ? [] : (await gatingPromotions(tx, { bundle: event.bundleDigest })).map(runOf);
}

/** What is live decides which commits other bundles bring to the lane, and opens the next lane to this one. */
async function goneLiveWakeups(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  const { product, lane } = event;
  const ofLane = product === null || lane === null ? [] : (await gatingPromotions(tx, { product, lane })).map(runOf);
  const ofBundle = await gatingWakeups(tx, event);
  const known = new Set(ofBundle.map(({ workflowId }) => workflowId));
  return [...ofBundle, ...ofLane.filter(({ workflowId }) => !known.has(workflowId))];
}

async function promotionWakeup(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  return event.promotionId === null ? [] : [runOf(await requirePromotion(tx, event.promotionId))];
}

function runOf({ workflowId, firstRunId }: StoredPromotion): Wakeup {
  return { to: 'promotion', workflowId, firstRunId };
}
