import type { AdvanceStimulus } from '../../activities/promotion/advance.js';
import { type ErrorCode, LanekeeperError } from '../../core/errors.js';
import { workflowIds } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import {
  hasEnded,
  type LaneStep,
  laneSteps,
  type PromotionKind,
  type PromotionPhase,
} from '../../core/promotion/state.js';
import { laneHistory } from '../../store/lane/history.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { Way } from './lane-scene.js';
import type { LaneWorld } from './lane-world.js';
import { attachPreviewCheck } from './sealed-bundle.js';
import type { Death } from './watched-database.js';

/** A run as Temporal knows it: it has one open run of a workflow id. */
interface Run {
  readonly way: Way;
  readonly firstRunId: string;
  readonly kind: PromotionKind;
  open: boolean;
  /** How many of its activities that open its record are under way. */
  opening: number;
}

interface SentStatement {
  readonly statement: unknown;
  readonly promotionId: string;
}

const stepIn: Readonly<Partial<Record<PromotionPhase, LaneStep>>> = {
  GUARDING: 'guard',
  DEPLOYING: 'deploy',
  VERIFYING: 'verify',
};

/** Why a promotion may not be opened: verdicts that a person would get. */
const refusals: readonly ErrorCode[] = ['NOTHING_TO_ROLL_BACK', 'CONFLICT', 'DECISION_REPLAYED'];

const people = ['dev', 'alice', 'bob', 'carol'] as const;
const verbs = ['approve', 'approve', 'request', 'request-changes', 'reject', 'abort', 'retry'] as const;
/** What is usually said about a promotion in a phase. */
const verbsIn: Readonly<Partial<Record<PromotionPhase, readonly (typeof verbs)[number][]>>> = {
  AWAITING_APPROVAL: ['approve', 'approve', 'approve', 'approve', 'approve', 'reject', 'request-changes', 'request'],
  ERRORED: ['retry', 'retry', 'retry', 'abort'],
};
const deaths: readonly Death[] = ['before-commit', 'cancelled', 'after-commit'];

/** What may happen to the promotions of a world, played with a seed. */
export class LaneChances {
  readonly #world: LaneWorld;
  readonly #ways: readonly Way[];
  readonly #runs = new Map<string, Run>();
  readonly #sent: SentStatement[] = [];
  #state: number;

  constructor(world: LaneWorld, ways: readonly Way[], seed: number) {
    this.#world = world;
    this.#ways = ways;
    this.#state = seed;
  }

  /** The next number of the seed, from 0 to 1 (mulberry32). */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }

  /** Brings two bundles live in each lane, one after the other, so that there is something to roll back. */
  async begin(): Promise<void> {
    for (const way of this.#ways.slice(0, 4)) {
      await this.#start(way, 'never')();
      await this.#world.look();
      for (const one of this.#world.promotions.filter(({ state }) => state === 'AWAITING_APPROVAL')) {
        const statement = await this.#world.scene.sign('alice', 'approve', one, one.id);
        await this.#world.advance(one, { type: 'statement', statement, frontDoor: 'UPDATE' }, 'never');
      }
      await this.#world.finish();
    }
  }

  /** Something that may happen now. Everything is chosen at once; what it does, it does beside the others. */
  next(): () => Promise<unknown> {
    const open = this.#world.promotions.filter(({ state }) => !hasEnded(state));
    const one = this.random() < 0.95 && open.length > 0 ? this.pick(open) : this.pick(this.#world.promotions);
    const busy = open.filter(({ state, ending }) => ending !== null || state in stepIn);
    const guarded = open.filter(({ state, kind }) => state === 'GUARDING' && kind === 'PROMOTION');
    const gating = open.filter(({ state, lane }) => state === 'GATING' && lane === 'bronze');
    const heard = open.filter(({ state }) => state in verbsIn);
    const death = this.random() < 0.3 ? this.pick(deaths) : 'never';
    const chance = this.random();
    if (this.#world.promotions.length === 0 || chance < 0.14 || open.length < 3)
      return this.#start(this.pick(this.#ways), death);
    if (chance < 0.5) return this.#step(this.#mostly(busy, one), death);
    if (chance < 0.57) return this.#send(one, this.pick(['woken', 'time'] as const), death);
    if (chance < 0.74) return this.#decide(this.#mostly(heard, one), death);
    if (chance < 0.78) return this.#attach(this.#mostly(gating, one));
    if (chance < 0.81) return this.#sayEnded(one, this.pick(laneSteps), this.#attemptOf(one), death);
    if (chance < 0.85) return this.#endRun(one, death);
    if (chance < 0.95) return this.#rollBack(this.#mostly(guarded, one).lane, death);
    if (chance < 0.98) return this.#send(one, { type: 'run-ended', firstRunId: crypto.randomUUID() }, death);
    return () => {
      this.#world.wait();
      return Promise.resolve();
    };
  }

  #mostly(some: readonly StoredPromotion[], one: StoredPromotion): StoredPromotion {
    return some.length > 0 && this.random() < 0.85 ? this.pick(some) : one;
  }

  #attemptOf({ attempt }: StoredPromotion): number {
    return this.random() < 0.6 ? attempt : Math.max(1, attempt - 1);
  }

  #send(one: StoredPromotion, stimulus: 'woken' | 'time' | AdvanceStimulus, death: Death): () => Promise<unknown> {
    const sent: AdvanceStimulus = typeof stimulus === 'string' ? { type: stimulus } : stimulus;
    return () => this.#world.advance(one, sent, death);
  }

  #start(way: Way, death: Death, kind: PromotionKind = 'PROMOTION', request?: unknown): () => Promise<unknown> {
    const { product, lane, bundle } = way;
    const workflowId = workflowIds.promotion('default', product, lane, bundle, kind);
    const known = this.#runs.get(workflowId);
    // Starting it again joins the run that is open; a run that is reset or continues asks again.
    const run =
      known !== undefined && this.#isOpen(known)
        ? known
        : { way, kind, firstRunId: crypto.randomUUID(), open: true, opening: 0 };
    this.#runs.set(workflowId, run);
    run.opening += 1;
    return () => this.#open(run, death, run.kind === kind ? request : undefined);
  }

  /** A run is over when it was ended, or the promotion that it works for has. */
  #isOpen({ open, firstRunId }: Run): boolean {
    const promotion = this.#world.promotions.find((one) => one.firstRunId === firstRunId);
    return open && (promotion === undefined || !hasEnded(promotion.state));
  }

  async #open(run: Run, death: Death, request?: unknown, promotion?: string): Promise<void> {
    const { product, lane, bundle } = run.way;
    const workflowId = workflowIds.promotion('default', product, lane, bundle, run.kind);
    const more = { kind: run.kind, ...(promotion !== undefined && { promotion }) };
    try {
      const { phase } = await this.#world.witness.untilAnswered(
        this.#world.scene.database,
        workflowId,
        death,
        (asking) =>
          this.#world.scene.open(run.way, run.firstRunId, {
            ...more,
            ...asking,
            ...(request !== undefined && { request }),
          }),
      );
      if (hasEnded(phase)) run.open = false;
    } catch (error) {
      run.open = false;
      if (!(error instanceof LanekeeperError) || error.cause !== undefined || !refusals.includes(error.code))
        throw error;
    } finally {
      run.opening -= 1;
    }
  }

  #step(one: StoredPromotion, death: Death): () => Promise<unknown> {
    const attempt = this.#attemptOf(one);
    const owed = one.ending === null ? stepIn[one.state] : 'revert';
    const step = owed !== undefined && this.random() < 0.9 ? owed : this.pick([...laneSteps, 'attest'] as const);
    const chance = this.random();
    const code = chance < 0.82 ? undefined : chance < 0.87 ? 'SERVICE_UNHEALTHY' : 'UNAVAILABLE';
    return async () => {
      const work = (): Promise<void> =>
        code === undefined ? Promise.resolve() : Promise.reject(new LanekeeperError(code, { message: 'by chance' }));
      try {
        await this.#world.witness.untilAnswered(this.#world.scene.database, one.workflowId, death, (asking) =>
          this.#world.scene.step(one, step, attempt, { ...asking, work }),
        );
      } catch (error) {
        if (!(error instanceof LanekeeperError) || error.message !== 'by chance') throw error;
      }
      // However it ended, its run asks what follows.
      if (step !== 'attest') await this.#sayEnded(one, step, attempt, 'never')();
    };
  }

  #sayEnded(one: StoredPromotion, step: LaneStep, attempt: number, death: Death): () => Promise<unknown> {
    return () => {
      this.#world.closings.add(`${one.id}/${attempt}`);
      return this.#world.advance(one, { type: 'step-ended', step, attempt }, death);
    };
  }

  #decide(one: StoredPromotion, death: Death): () => Promise<unknown> {
    const repeated = this.#sent.filter(({ promotionId }) => promotionId === one.id || this.random() < 0.05);
    const again = this.random() < 0.4 ? this.pick(repeated) : undefined;
    const verb = this.pick(verbsIn[one.state] ?? verbs);
    const person = this.pick(verb === 'approve' ? (['alice', 'bob', 'dev'] as const) : people);
    return async () => {
      const statement = again?.statement ?? (await this.#world.scene.sign(person, verb, one, one.id));
      this.#sent.push({ statement, promotionId: one.id });
      await this.#world.advance(one, { type: 'statement', statement, frontDoor: 'UPDATE' }, death);
    };
  }

  #attach({ bundle, product }: StoredPromotion): () => Promise<unknown> {
    const failed = this.random() < 0.07;
    return () => attachPreviewCheck(this.#world.scene, bundle, { product, failed });
  }

  /** Its run is terminated, found missing, and replaced if the promotion goes on. */
  #endRun(one: StoredPromotion, death: Death): () => Promise<unknown> {
    const run = this.#runs.get(one.workflowId);
    if (run === undefined || !this.#isOpen(run) || run.opening > 0 || run.firstRunId !== one.firstRunId)
      return () => Promise.resolve();
    const { firstRunId } = run;
    run.open = false;
    return async () => {
      this.#world.ended.add(one.id);
      const { phase } = await this.#world.advance(one, { type: 'run-ended', firstRunId }, death);
      // Somebody may have started it meanwhile: then that run goes on with it.
      if (hasEnded(phase) || this.#runs.get(one.workflowId) !== run) return;
      const next = { ...run, kind: one.kind, firstRunId: crypto.randomUUID(), open: true, opening: 1 };
      this.#runs.set(one.workflowId, next);
      await this.#open(next, death, undefined, one.id);
    };
  }

  #rollBack(lane: Lane, death: Death): () => Promise<unknown> {
    return async () => {
      const { product } = this.#world;
      const [, before] = await this.#world.scene.in((tx) => laneHistory(tx, product, lane, 2));
      const bundle = before?.bundle ?? this.#ways[0]!.bundle;
      const request = await this.#world.scene.sign('dev', 'rollback', { product, lane, bundle });
      await this.#start({ product, lane, bundle }, death, 'ROLLBACK', request)();
    };
  }
}
