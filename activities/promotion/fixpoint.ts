import { LanekeeperError } from '../../core/errors.js';
import { type Move, nextMove, waitsForLane } from '../../core/promotion/reducer.js';
import { stepsToTake } from '../../core/promotion/lane-steps.js';
import { owedSteps, type Occasion, type Situation } from '../../core/promotion/situation.js';
import { hasEnded, isGating, type Step, type StepResult } from '../../core/promotion/state.js';
import type { Recalled } from '../../core/promotion/standing.js';
import type { LaneStatus } from '../../core/restriction/closed.js';
import { waitInWords } from '../../core/restriction/wait-words.js';
import type { Transaction } from '../../store/database.js';
import { appendEvent } from '../../store/event/write.js';
import type { LaneScene } from '../../store/lane/scene.js';
import { promotionIn, recordLive, supersede } from '../../store/lane/write.js';
import { requireSnapshot, type RoundResults, type StoredRound } from '../../store/policy/read.js';
import { recordRound } from '../../store/policy/write.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { findAct } from '../../store/promotion/acts.js';
import { type PromotionRecords, readRecords } from '../../store/promotion/records.js';
import { type RecordedSteps, recordStep } from '../../store/promotion/steps.js';
import { beginEnding, changeStanding, enterPhase, subjectsOf } from '../../store/promotion/write.js';
import { evaluateRound, pinNewest } from '../policy/evaluate-round.js';
import { believedRecall } from '../restriction/believed.js';
import { LaneDoor, type MoveContext } from './lane-door.js';

/** More moves than this in one transaction are a defect of the state machine: the longest way has six. */
const maxMoves = 16;

/** A promotion in the transaction in which it may move. */
export class MovingPromotion {
  readonly #tx: Transaction;
  readonly #scene: LaneScene;
  readonly #door: LaneDoor;
  readonly #id: string;
  #round: StoredRound | undefined;
  #results: RoundResults | undefined;
  #steps: RecordedSteps;
  /** Whether the service has begun to end it on its own. */
  #acted: boolean;
  /** When the lane opens to it, or may do so, while it is closed. */
  #opensAt: Date | undefined;
  /** That its bundle was called back, where this process can tell that a person has signed it. */
  #recalled: Recalled | undefined;

  private constructor(
    tx: Transaction,
    scene: LaneScene,
    id: string,
    { round, steps }: PromotionRecords,
    acted: boolean,
  ) {
    this.#tx = tx;
    this.#scene = scene;
    this.#door = new LaneDoor(tx, scene);
    this.#id = id;
    this.#round = round;
    this.#steps = steps;
    this.#acted = acted;
  }

  /** Reads what the moves of a promotion depend on, under the locks of its scene. */
  static async read(tx: Transaction, scene: LaneScene, id: string): Promise<MovingPromotion> {
    const { ending, state } = promotionIn(scene, id);
    const records = scene.records.get(id) ?? (await readRecords(tx, id));
    // Only what ends in this way is asked about: a promotion that goes on has not been ended by anybody.
    const acted = (ending !== null || state === 'ABORTED') && (await findAct(tx, id)) !== undefined;
    return new MovingPromotion(tx, scene, id, records, acted);
  }

  get promotion(): StoredPromotion {
    return promotionIn(this.#scene, this.#id);
  }

  /** The promotion's row was changed by somebody else in the same transaction. */
  replace(promotion: StoredPromotion): void {
    this.#scene.promotions.set(this.#id, promotion);
  }

  get round(): StoredRound | undefined {
    return this.#round;
  }

  /** What the newest round found, if it was evaluated here. */
  get results(): RoundResults | undefined {
    return this.#results;
  }

  /** The lane's fencing token while the promotion holds the lane. */
  get token(): number | undefined {
    return this.#scene.holder === this.#id ? this.#scene.fencingToken : undefined;
  }

  /** The promotion that has the lane, unless it is this one. */
  get holder(): StoredPromotion | undefined {
    const { holder, promotions } = this.#scene;
    return holder === null || holder === this.#id ? undefined : promotions.get(holder);
  }

  /** The steps that are owed. */
  get owed(): readonly Step[] {
    return owedSteps(this.#situation());
  }

  /** Records how a step that is owed has ended. */
  async record(step: Step, result: StepResult): Promise<void> {
    await recordStep(this.#tx, this.promotion, step, result, this.token);
    this.#steps =
      step === 'attest'
        ? { ...this.#steps, attested: true }
        : { ...this.#steps, results: { ...this.#steps.results, [step]: result } };
  }

  /** Moves the promotion until only outside work or waiting is left. */
  async settle(occasion: Occasion, context: MoveContext): Promise<void> {
    let left = occasion;
    this.#recalled = context.known && (await believedRecall(this.#tx, context.known, this.promotion));
    await this.#settleLane(context);
    for (let count = 0; count <= maxMoves; count += 1) {
      const move = nextMove(this.#situation(await this.#guards()), left, context.now);
      if (move === undefined && left.order === undefined && left.runEnded !== true) return this.#sayWhyItWaits(context);
      left = { gates: left.gates };
      if (move === undefined) continue;
      await this.#make(move, context);
      if (move.type === 'evaluate-gates') left = { gates: 'evaluated' };
      else if (move.type === 'enter' && move.nextAttempt === true) left = { gates: 'wanted' };
    }
    throw new LanekeeperError('INTERNAL', {
      message: `a promotion made more than ${maxMoves} moves at once`,
      object: `promotion ${this.#id}`,
      next: 'report this as a defect',
    });
  }

  /** Whether the lane that it is about to take is taken with a guard; asked only then. */
  async #guards(): Promise<boolean> {
    const { kind, state, policyDigest } = this.promotion;
    if (state !== 'QUEUED' || this.token === undefined) return kind !== 'ROLLBACK';
    return stepsToTake(await requireSnapshot(this.#tx, policyDigest), kind).some(({ step }) => step === 'guard');
  }

  #situation(guards = true): Situation {
    const { kind, state, standing, switched, attempt, error, giveUpAt, ending, liveAt, notAfter } = this.promotion;
    const acted = this.#acted;
    const attests = liveAt !== null || state === 'FAILED' || state === 'REJECTED' || (state === 'ABORTED' && acted);
    return {
      kind,
      phase: state,
      standing: standing ?? undefined,
      switched,
      attempt,
      error: error ?? undefined,
      giveUpAt: giveUpAt ?? undefined,
      ending: ending ?? undefined,
      guards,
      recalled: this.#recalled,
      notAfter: notAfter ?? undefined,
      token: this.token,
      round: this.#round,
      results: this.#steps.results,
      attested: !attests || this.#steps.attested,
    };
  }

  async #make(move: Move, context: MoveContext): Promise<void> {
    const before = this.promotion;
    switch (move.type) {
      case 'evaluate-gates':
        return this.#evaluate(context);
      case 'stand':
        this.replace(await changeStanding(this.#tx, before, move));
        return;
      case 'begin-ending': {
        const attempt = before.attempt + (move.nextAttempt === true ? 1 : 0);
        const { ending, error, cause } = move;
        this.replace(await beginEnding(this.#tx, before, { ending, error, attempt, cause }));
        this.#follow(move);
        return;
      }
      case 'enter':
        return this.#enter(move, context);
    }
  }

  async #enter(move: Extract<Move, { type: 'enter' }>, context: MoveContext): Promise<void> {
    const before = this.promotion;
    const attempt = before.attempt + (move.nextAttempt === true ? 1 : 0);
    if (move.phase === 'LIVE') await supersede(this.#tx, this.#scene, before);
    const after = await enterPhase(this.#tx, before, {
      to: move.phase,
      reason: move.reason,
      error: move.error,
      giveUpAt: move.giveUpAt,
      attempt,
      cause: move.cause,
    });
    this.replace(after);
    this.#follow(move);
    if (move.phase === 'LIVE') await recordLive(this.#tx, after);
    await this.#door.settle(this.#id, context);
    if (move.phase !== 'QUEUED' || this.token !== undefined) return;
    const status = await this.closed(context);
    const data = status === undefined ? {} : { why: waitInWords(status) };
    await appendEvent(this.#tx, { ...subjectsOf(after), type: 'lane.queued', data });
  }

  /** Who has the lane also depends on windows and holds, which change without any move of a promotion. */
  async #settleLane(context: MoveContext): Promise<void> {
    const { state } = this.promotion;
    if (state !== 'QUEUED' && state !== 'GUARDING') return;
    await this.#door.settle(this.#id, context);
    // One that has the lane loses it, and ends, where a window says so.
    if (this.promotion.state === 'ABORTED') this.#acted = true;
  }

  /** What closes the lane to it; undefined where it is open, or where it is too late. */
  async closed(context: MoveContext): Promise<LaneStatus | undefined> {
    return this.#door.closedTo(this.promotion, context);
  }

  /** A promotion that waits for its lane says whether that is closed or somebody else has it. */
  async #sayWhyItWaits(context: MoveContext): Promise<void> {
    const { promotion } = this;
    this.#opensAt = undefined;
    if (promotion.state !== 'QUEUED' || this.token !== undefined) return;
    const status = await this.closed(context);
    this.#opensAt = status?.nextOpen ?? status?.lookAgainAt;
    const reason = waitsForLane(status && waitInWords(status));
    if (reason !== promotion.reason) this.replace(await enterPhase(this.#tx, promotion, { to: 'QUEUED', reason }));
  }

  /** A new attempt has no results yet; an act of the service is attested once the promotion has ended. */
  #follow({ nextAttempt, cause }: Extract<Move, { type: 'enter' | 'begin-ending' }>): void {
    if (nextAttempt === true) this.#steps = { ...this.#steps, results: {} };
    if (cause !== undefined) this.#acted = true;
  }

  /** Evaluates the gates, for the hold that the promotion has or, if they pass, gets in this very transaction. */
  async #evaluate({ known, now }: MoveContext): Promise<void> {
    const { promotion: before } = this;
    if (known === undefined)
      throw new LanekeeperError('INTERNAL', {
        message: 'gates can only be evaluated by the control queue',
        object: `promotion ${this.#id}`,
      });
    const { promotion, notices } =
      this.token === undefined ? await pinNewest(this.#tx, known, before) : { promotion: before, notices: [] };
    const { evaluation, sheet } = await evaluateRound(this.#tx, known, promotion, { at: now, notices });
    const token =
      this.token ??
      (evaluation.outcome === 'PASS' ? await this.#door.tokenIfQueued(promotion, { known, now }) : undefined);
    const number = promotion.gateRound + 1;
    const recheckAt = evaluation.recheckAt === undefined ? undefined : new Date(evaluation.recheckAt);
    const { policyDigest } = promotion;
    await recordRound(this.#tx, this.#id, { number, policyDigest, evaluation, sheet, fencingToken: token, at: now });
    this.#results = { ...evaluation, number, evaluatedAt: now, token, gates: [...evaluation.results].sort(byGate) };
    this.#round = { number, outcome: evaluation.outcome, reason: evaluation.reason, token, recheckAt };
    this.replace({ ...promotion, gateRound: number, reason: evaluation.reason });
  }

  /** When time alone can change something. */
  get lookAgainAt(): Date | undefined {
    const { state, switched, giveUpAt, notAfter } = this.promotion;
    if (hasEnded(state) || switched) return state === 'ERRORED' ? (giveUpAt ?? undefined) : undefined;
    const next = isGating(state) ? this.#round?.recheckAt : state === 'QUEUED' ? this.#opensAt : undefined;
    return earliest(next, notAfter ?? undefined);
  }
}

function earliest(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function byGate(a: { readonly gate: string }, b: { readonly gate: string }): number {
  return a.gate < b.gate ? -1 : 1;
}
