import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import { type Arbitration, arbitrate, type Contender } from '../../core/lane/arbitrate.js';
import { waitInWords } from '../../core/restriction/wait-words.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredPromotion } from '../promotion/read.js';
import { enterPhase, subjectsOf } from '../promotion/write.js';
import { laneHistory, nextPosition } from './history.js';
import { Passages } from './passages.js';
import type { LaneScene } from './scene.js';

/** A promotion as the arbitration sees it. */
export function contenderOf(promotion: StoredPromotion, scene: LaneScene, passages: Passages): Contender {
  const { id, kind, state, switched, queuedAt, priority } = promotion;
  const mayEnter = !isBeforeDeploy(promotion) || passages.mayEnter(promotion, id === scene.holder);
  return { id, kind, phase: state, switched, queuedAt: queuedAt ?? undefined, priority, mayEnter };
}

/** Whether a promotion may still lose the lane that it was granted. */
function isBeforeDeploy({ state }: StoredPromotion): boolean {
  return state === 'QUEUED' || state === 'GUARDING';
}

/** Who shall hold a lane, as its scene stands. */
function arbitrateScene(scene: LaneScene, passages: Passages): Arbitration {
  const all = [...scene.promotions.values()].map((promotion) => contenderOf(promotion, scene, passages));
  return arbitrate(
    all.find((contender) => contender.id === scene.holder),
    all.filter((contender) => contender.phase === 'QUEUED'),
    passages.now,
  );
}

/** The transaction in which a lane is settled. */
export interface Settling {
  /** The promotion whose transaction this is; others whose part changes have to be woken. */
  readonly by: string;
  readonly now: Date;
  /** Why windows and holds are not to be believed: nobody enters then. */
  readonly problem?: string | undefined;
}

/**
 * Brings a lane up to date with its promotions, windows and holds: frees it when its holder no longer needs it, grants it to
 * the next one that may enter with a higher token, and takes it from a holder that has not begun to deploy when a rollback
 * or a hotfix waits, or when the lane was closed to it.
 */
export async function settleLane(tx: Transaction, scene: LaneScene, { by, now, problem }: Settling): Promise<void> {
  const passages = await Passages.read(tx, scene, now, problem);
  const decision = arbitrateScene(scene, passages);
  if (decision.type === 'keep') return;
  if (decision.from !== undefined) await revoke(tx, scene, decision, { by, passages });
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

/** Takes the lane from a holder that has not begun to deploy: it waits again in its old place, or it ends where the lane was closed so. */
async function revoke(
  tx: Transaction,
  scene: LaneScene,
  decision: Exclude<Arbitration, { type: 'keep' }>,
  { by, passages }: { readonly by: string; readonly passages: Passages },
): Promise<void> {
  const holder = promotionIn(scene, decision.from ?? '');
  const status = passages.statusOf(holder);
  const other = by === holder.id ? undefined : by;
  if (passages.mayEnter(holder, true)) {
    const to = decision.type === 'grant' ? decision.to : by;
    const what = decision.type === 'grant' ? promotionIn(scene, decision.to).kind.toLowerCase() : 'promotion';
    const reason = `the lane was given to a ${what}; queued again`;
    scene.promotions.set(holder.id, await enterPhase(tx, holder, { to: 'QUEUED', reason, by: to }));
    await appendEvent(tx, { ...subjectsOf(holder), type: 'lane.revoked', data: { by: to } });
    return;
  }
  const why = waitInWords(status);
  const change =
    status.inFlight === 'ABORT'
      ? ({ to: 'ABORTED', reason: `the lane was closed: ${why}`, by: other, cause: 'lane-closed' } as const)
      : ({ to: 'QUEUED', reason: `the lane was closed: ${why}`, by: other } as const);
  scene.promotions.set(holder.id, await enterPhase(tx, holder, change));
  await appendEvent(tx, { ...subjectsOf(holder), type: 'lane.revoked', data: { why } });
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
