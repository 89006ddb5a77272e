import type { AdvanceStimulus } from '../../activities/promotion/advance.js';
import type { Answer } from '../../activities/promotion/types.js';
import { eventsWithIds } from '../../store/event/read.js';
import { promotionOfRun, type StoredPromotion } from '../../store/promotion/read.js';
import { wakeupsOf } from '../../workers/wake-ups.js';
import type { LaneScene } from './lane-scene.js';
import { type Death, Witness } from './watched-database.js';

/** Asks for nothing: a promotion that moves because of it had been waiting for a hint. */
export const nothing = { type: 'step-ended', step: 'guard', attempt: 1_000_000 } as const;

/** The promotions of one product, with what stands in for the dispatcher, the alarms and the activities of their runs. */
export class LaneWorld {
  readonly scene: LaneScene;
  readonly product: string;
  readonly witness = new Witness();
  /** The attempts whose steps were said to have ended without a result. */
  readonly closings = new Set<string>();
  /** The promotions whose run was ended in Temporal. */
  readonly ended = new Set<string>();
  /** Where everything stood when it was last looked at. */
  promotions: readonly StoredPromotion[] = [];
  #delivered = 0;

  constructor(scene: LaneScene, product: string) {
    this.scene = scene;
    this.product = product;
  }

  /** Reads where everything stands. */
  async look(): Promise<void> {
    const rows = await this.scene.rows<{ id: string }>('select id from promotions where product = $1', this.product);
    this.promotions = await Promise.all(rows.map(({ id }) => this.scene.promotion(id)));
  }

  /** Long enough for trouble to be given up. */
  wait(): void {
    this.scene.ahead += 16 * 60_000;
  }

  /** Moves a promotion as its own run does. */
  advance({ id, workflowId }: StoredPromotion, stimulus: AdvanceStimulus, death: Death): Promise<Answer> {
    const { database } = this.scene;
    return this.witness.untilAnswered(database, workflowId, death, (asking) =>
      this.scene.advance(id, stimulus, asking),
    );
  }

  /** Wakes the runs that events name, as the dispatcher does, and those whose alarm has rung, until all is quiet. */
  async settle(): Promise<void> {
    for (;;) {
      const rows = await this.scene.rows<{ id: number }>(
        `select id from method_events
          where id > $2 and product = $1 order by id`,
        this.product,
        this.#delivered,
      );
      const due = await this.#due();
      if (rows.length === 0 && due.length === 0) return this.look();
      this.#delivered = rows.at(-1)?.id ?? this.#delivered;
      for (const one of due) await this.advance(one, { type: 'time' }, 'never');
      const events = await this.scene.in((tx) =>
        eventsWithIds(
          tx,
          rows.map(({ id }) => id),
        ),
      );
      for (const event of events) {
        for (const wakeup of await this.scene.in((tx) => wakeupsOf(tx, event))) {
          if (wakeup.to !== 'promotion') continue;
          const woken = await this.scene.in((tx) => promotionOfRun(tx, wakeup.firstRunId));
          if (woken !== undefined) await this.advance(woken, { type: 'woken' }, 'never');
        }
      }
    }
  }

  async #due(): Promise<readonly StoredPromotion[]> {
    await this.look();
    const now = this.scene.deps.now();
    return this.promotions.filter(({ state, giveUpAt }) => state === 'ERRORED' && giveUpAt !== null && giveUpAt <= now);
  }

  /** Lets everybody finish what is owed. */
  async finish(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      await this.settle();
      let owes = false;
      for (const one of this.promotions) {
        const { owed, attempt } = await this.advance(one, nothing, 'never');
        const database = this.witness.watch(this.scene.database, one.workflowId, false);
        for (const step of owed) await this.scene.step(one, step, attempt, { database });
        owes ||= owed.length > 0;
      }
      const waits = this.promotions.some(({ state, giveUpAt }) => state === 'ERRORED' && giveUpAt !== null);
      if (waits) this.wait();
      else if (!owes) return;
    }
    throw new Error('what is owed never ends');
  }
}
