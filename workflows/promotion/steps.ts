import { ActivityFailure, ApplicationFailure, CancellationScope, log } from '@temporalio/workflow';
import type { Answer, PromotionRef, Stimulus } from '../../activities/promotion/types.js';
import type { LaneStep, Step } from '../../core/promotion/state.js';
import { deployStep, guardStep, signStep } from '../activity-options.js';
import { describedActivities } from '../described-activities.js';
import type { Revision } from './revision.js';

const { guardBundle } = describedActivities(guardStep);
const { moveLane } = describedActivities(deployStep);
const { attestPromotion } = describedActivities(signStep);

/**
 * Called when the activity of a step has ended. What it returns or how it fails is a message too, because anybody who may
 * call Temporal can complete an activity: what counts is what the step has recorded.
 */
export type StepReport = (
  stimulus: Extract<Stimulus, { type: 'step-ended' }> | Extract<Stimulus, { type: 'time' }>,
) => void;

/** A step under way. */
interface RunningStep {
  readonly key: string;
  readonly scope: CancellationScope;
}

/**
 * The activities of the steps that are owed: each is started once for each attempt, beside the loop, so that an abort is
 * processed while it runs; one that is no longer owed is cancelled. What a step does is decided where it runs, by rows.
 */
export class Steps {
  #running: readonly RunningStep[] = [];
  #attestingFailed = false;
  readonly #ref: PromotionRef;
  readonly #takesTheLaneAtOnce: boolean;
  readonly #report: StepReport;

  constructor(ref: PromotionRef, { oneActivityTakesTheLane }: Revision, report: StepReport) {
    this.#ref = ref;
    this.#takesTheLaneAtOnce = oneActivityTakesTheLane;
    this.#report = report;
  }

  /** Whether an activity is under way. */
  get areRunning(): boolean {
    return this.#running.length > 0;
  }

  /** Starts what is owed and does not run; cancels what runs and is not owed. */
  follow({ owed, attempt }: Pick<Answer, 'owed' | 'attempt'>): void {
    const wanted = owed.map((step) => ({ step, key: this.#keyOf(step, attempt) }));
    for (const running of this.#running) {
      if (wanted.some(({ key }) => key === running.key)) continue;
      this.#forget(running);
      running.scope.cancel();
    }
    for (const { step, key } of wanted) {
      if (this.#running.some((running) => running.key === key)) continue;
      if (step !== 'attest') this.#start(key, this.#perform(step, attempt));
      else if (!this.#attestingFailed) this.#start(key, this.#attest());
    }
  }

  #start(key: string, perform: { work: () => Promise<void>; ended: (error?: unknown) => void }): void {
    // A step ends by its own outcome or because it is no longer owed, never because the run was cancelled.
    const outer = new CancellationScope({ cancellable: false });
    const running = { key, scope: new CancellationScope() };
    this.#running = [...this.#running, running];
    const ended = (error?: unknown) => {
      if (!this.#running.includes(running)) return;
      this.#forget(running);
      perform.ended(error);
    };
    void outer.run(() =>
      running.scope.run(perform.work).then(
        () => ended(),
        (error: unknown) => ended(error),
      ),
    );
  }

  #perform(step: LaneStep, attempt: number): { work: () => Promise<void>; ended: (error?: unknown) => void } {
    const input = { ...this.#ref, attempt };
    const alone = step === 'guard' && !this.#takesTheLaneAtOnce;
    return {
      work: () => (alone ? guardBundle(input) : moveLane({ ...input, step })),
      ended: (error) =>
        this.#report({
          type: 'step-ended',
          step,
          attempt,
          ...(alone && { alone }),
          ...(error !== undefined && { error: errorOf(error) }),
        }),
    };
  }

  /** A promotion is what it is without its attestation, which is tried until it succeeds, or is refused. */
  #attest(): { work: () => Promise<void>; ended: (error?: unknown) => void } {
    return {
      work: () => attestPromotion(this.#ref),
      ended: (error) => {
        if (error !== undefined) {
          this.#attestingFailed = true;
          log.error('the promotion could not be attested', errorOf(error));
        }
        this.#report({ type: 'time' });
      },
    };
  }

  /** The lane is taken by one activity, which goes on from step to step. */
  #keyOf(step: Step, attempt: number): string {
    if (step === 'attest') return step;
    const isPart = step === 'verify' || step === 'deploy' || (step === 'guard' && this.#takesTheLaneAtOnce);
    return `${isPart ? 'take' : step}/${attempt}`;
  }

  #forget(running: RunningStep): void {
    this.#running = this.#running.filter((one) => one !== running);
  }
}

function errorOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  // Whoever fails an activity in place of its worker says what they like, or nothing.
  const code = typeof type === 'string' && type !== '' ? type.slice(0, 100) : 'INTERNAL';
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code, message: message.slice(0, 2_000) };
}
