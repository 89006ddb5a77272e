import { arbitrate } from '../../core/lane/arbitrate.js';
import { isGating } from '../../core/promotion/state.js';
import type { LaneStatus } from '../../core/restriction/closed.js';
import type { Transaction } from '../../store/database.js';
import { Passages } from '../../store/lane/passages.js';
import type { LaneScene } from '../../store/lane/scene.js';
import { contenderOf, settleLane } from '../../store/lane/write.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { Preparation } from '../policy/preparation.js';
import { problemOfRestrictions } from '../restriction/believed.js';

/** What a promotion's moves are made with. */
export interface MoveContext {
  readonly now: Date;
  /** What was verified outside of the transaction; absent where gates are never evaluated. */
  readonly known?: Preparation | undefined;
}

/** Who may enter a lane, by its queue and by windows and holds, in a transaction that has locked its scene. */
export class LaneDoor {
  readonly #tx: Transaction;
  readonly #scene: LaneScene;

  constructor(tx: Transaction, scene: LaneScene) {
    this.#tx = tx;
    this.#scene = scene;
  }

  /** Brings the lane up to date. @param by the promotion that is moved here: others that lose or get the lane are woken */
  async settle(by: string, context: MoveContext): Promise<void> {
    const problem = await this.#problem(context);
    await settleLane(this.#tx, this.#scene, { by, now: context.now, problem });
  }

  /** What closes the lane to a promotion that has not begun to deploy; undefined where it is open, or where it is too late. */
  async closedTo(promotion: StoredPromotion, context: MoveContext): Promise<LaneStatus | undefined> {
    if (!isGating(promotion.state) && promotion.state !== 'QUEUED') return undefined;
    const status = (await this.#passages(context)).statusOf(promotion);
    return status.closures.length === 0 ? undefined : status;
  }

  /** The fencing token that a promotion which waits for its gates would be granted if it queued now. */
  async tokenIfQueued(promotion: StoredPromotion, context: MoveContext): Promise<number | undefined> {
    if (!isGating(promotion.state)) return undefined;
    const passages = await this.#passages(context);
    const others = [...this.#scene.promotions.values()]
      .filter(({ id }) => id !== promotion.id)
      .map((one) => contenderOf(one, this.#scene, passages));
    const own = contenderOf({ ...promotion, state: 'QUEUED', queuedAt: null }, this.#scene, passages);
    const decision = arbitrate(
      others.find(({ id }) => id === this.#scene.holder),
      [...others.filter(({ phase }) => phase === 'QUEUED'), own],
      context.now,
    );
    return decision.type === 'grant' && decision.to === promotion.id ? this.#scene.fencingToken + 1 : undefined;
  }

  async #passages(context: MoveContext): Promise<Passages> {
    return Passages.read(this.#tx, this.#scene, context.now, await this.#problem(context));
  }

  /** Why windows and holds are not to be believed. Those who deploy take them as they are: whoever grants has looked. */
  async #problem({ known }: MoveContext): Promise<string | undefined> {
    return known && problemOfRestrictions(this.#tx, known, this.#scene);
  }
}
