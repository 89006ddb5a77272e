import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import { type Arbitration, arbitrate, type Contender } from '../../core/lane/arbitrate.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredPromotion } from '../promotion/read.js';
import { enterPhase, subjectsOf } from '../promotion/write.js';
import { laneHistory, nextPosition } from './history.js';
import type { LaneScene } from './scene.js';

/** A promotion as the arbitration sees it. */
export function contenderOf({ id, kind, state, switched, queuedAt }: StoredPromotion): Contender {
  return { id, kind, phase: state, switched, queuedAt: queuedAt ?? undefined };
}

/** Who shall hold a lane, as its scene stands. */
export function arbitrateScene(scene: LaneScene): Arbitration {
  const all = [...scene.promotions.values()].map(contenderOf);
  return arbitrate(
    all.find((contender) => contender.id === scene.holder),
    all.filter((contender) => contender.phase === 'QUEUED'),
  );
}

/**
 * Brings a lane up to date with its promotions: frees it when its holder no longer needs it, grants it to the next one
 * with a higher token, and takes it from a holder that has not begun to deploy when a rollback waits.
 *
 * @param by the promotion whose transaction this is; others whose part changes have to be woken
 */
export async function settleLane(tx: Transaction, scene: LaneScene, by: string): Promise<void> {
  const decision = arbitrateScene(scene);
  if (decision.type === 'keep') return;
  if (decision.type === 'grant' && decision.from !== undefined) await revoke(tx, scene, decision.from, decision.to);
  scene.holder = decision.type === 'grant' ? decision.to : null;
  // The token rises also when the lane is freed without a successor: what the last holder still has in flight is stale
  // from here on.
  scene.fencingToken += 1;
  await tx.query(
    `update lanes set holder_promotion_id = $4, fencing_token = $5
      where tenant_id = $1 and product = $2 and lane = $3`,
    [tx.tenant, scene.product, scene.lane, scene.holder, scene.fencingToken],
  );
  if (decision.type === 'free') return;
  const granted = promotionIn(scene, decision.to);
  await appendEvent(tx, {
    ...subjectsOf(granted),
    type: 'lane.granted',
    data: { fencingToken: scene.fencingToken, ...(by !== decision.to && { by }) },
  });
}

async function revoke(tx: Transaction, scene: LaneScene, from: string, to: string): Promise<void> {
  const holder = promotionIn(scene, from);
  const reason = 'the lane was given to a rollback; queued again';
  scene.promotions.set(from, await enterPhase(tx, holder, { to: 'QUEUED', reason, by: to }));
  await appendEvent(tx, { ...subjectsOf(holder), type: 'lane.revoked', data: { by: to } });
}

/** A promotion of a scene. */
export function promotionIn(scene: LaneScene, id: string): StoredPromotion {
  const promotion = scene.promotions.get(id);
  if (promotion === undefined)
    throw new LanekeeperError('INTERNAL', { message: `promotion ${shortId(id)} is not in the scene of its lane` });
  return promotion;
}

/** Ends what is live in a lane, because the promotion that holds it goes live. */
export async function supersede(tx: Transaction, scene: LaneScene, next: StoredPromotion): Promise<void> {
  const to = next.kind === 'ROLLBACK' ? 'ROLLED_BACK' : 'SUPERSEDED';
  const reason = `${to === 'ROLLED_BACK' ? 'rolled back' : 'superseded'} by promotion ${shortId(next.id)}`;
  for (const live of [...scene.promotions.values()].filter((one) => one.state === 'LIVE' && one.id !== next.id)) {
    scene.promotions.set(live.id, await enterPhase(tx, live, { to, reason, by: next.id }));
  }
}

/** Enters a promotion that went live into the history of its lane: a rollback withdraws what was above its bundle. */
export async function recordLive(tx: Transaction, promotion: StoredPromotion): Promise<void> {
  const { product, lane } = promotion;
  if (promotion.kind === 'ROLLBACK') return withdraw(tx, promotion);
  const position = await nextPosition(tx, product, lane);
  await tx.query(
    `insert into lane_history (tenant_id, product, lane, position, bundle_digest, promotion_id, live_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [tx.tenant, product, lane, position, promotion.bundle, promotion.id, promotion.liveAt],
  );
}

async function withdraw(tx: Transaction, rollback: StoredPromotion): Promise<void> {
  const history = await laneHistory(tx, rollback.product, rollback.lane, 1_000);
  const target =
    history.slice(1).find((entry) => entry.bundle === rollback.bundle) ??
    history.find((entry) => entry.bundle === rollback.bundle);
  if (target === undefined)
    throw new LanekeeperError('NOTHING_TO_ROLL_BACK', {
      message: `bundle ${shortId(rollback.bundle)} has not been live in ${rollback.lane}`,
    });
  await tx.query(
    `update lane_history set withdrawn_by = $4
      where tenant_id = $1 and product = $2 and lane = $3 and withdrawn_by is null and position > $5`,
    [tx.tenant, rollback.product, rollback.lane, rollback.id, target.position],
  );
  await tx.query(
    `update lane_history set promotion_id = $5, live_at = $6
      where tenant_id = $1 and product = $2 and lane = $3 and position = $4`,
    [tx.tenant, rollback.product, rollback.lane, target.position, rollback.id, rollback.liveAt],
  );
}
