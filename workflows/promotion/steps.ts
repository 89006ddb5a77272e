import { ActivityFailure, ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { DeployActivities } from '../../activities/lane/types.js';
import type {
  Answer,
  AttestActivities,
  PromotionGuardActivities,
  PromotionRef,
  Seen,
} from '../../activities/promotion/types.js';
import type { Step } from '../../core/promotion/state.js';
import { deployStep, guardStep, signStep } from '../activity-options.js';

const { guardBundle } = proxyActivities<Pick<PromotionGuardActivities, 'guardBundle'>>(guardStep);
const { moveLane } = proxyActivities<DeployActivities>(deployStep);
const { attestPromotion } = proxyActivities<AttestActivities>(signStep);

/** How the activity of a step came back: with where the promotion stands, or without. */
export type StepReport =
  { readonly answer: Answer } | { readonly error: { readonly code: string; readonly message: string } };

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
  readonly #running: RunningStep[] = [];
  readonly #ref: PromotionRef;
  readonly #seen: () => Seen;
  readonly #report: (step: Step, attempt: number, report: StepReport) => void;

  constructor(ref: PromotionRef, seen: () => Seen, report: (step: Step, attempt: number, report: StepReport) => void) {
    this.#ref = ref;
    this.#seen = seen;
    this.#report = report;
  }

  /** Whether an activity is under way. */
  get areRunning(): boolean {
    return this.#running.length > 0;
  }

  /** Starts what is owed and does not run; cancels what runs and is not owed. */
  follow({ owed, attempt }: Pick<Answer, 'owed' | 'attempt'>): void {
    const wanted = owed.map((step) => ({ step, key: keyOf(step, attempt) }));
    for (const running of [...this.#running]) {
      if (wanted.some(({ key }) => key === running.key)) continue;
      this.#forget(running);
      running.scope.cancel();
    }
    for (const { step, key } of wanted) {
      if (!this.#running.some((running) => running.key === key)) this.#start(step, attempt, key);
    }
  }

  #start(step: Step, attempt: number, key: string): void {
    // A step ends by its own outcome or because it is no longer owed, never because the run was cancelled.
    const outer = new CancellationScope({ cancellable: false });
    const running = { key, scope: new CancellationScope() };
    this.#running.push(running);
    const done = (report: StepReport) => {
      if (!this.#running.includes(running)) return;
      this.#forget(running);
      this.#report(step, attempt, report);
    };
    void outer.run(() =>
      running.scope
        .run(() => this.#perform(step, attempt))
        .then(
          (answer) => done({ answer }),
          (error: unknown) => done({ error: errorOf(error) }),
        ),
    );
  }

  #perform(step: Step, attempt: number): Promise<Answer> {
    const input = { ...this.#ref, attempt, seen: this.#seen() };
    switch (step) {
      case 'guard':
        return guardBundle(input);
      case 'attest':
        return attestPromotion({ ...this.#ref, seen: this.#seen() });
      case 'deploy':
      case 'verify':
      case 'revert':
        return moveLane({ ...input, step });
    }
  }

  #forget(running: RunningStep): void {
    this.#running.splice(this.#running.indexOf(running), 1);
  }
}

/** The lane is moved by one activity, which goes on from the switch to its verification. */
function keyOf(step: Step, attempt: number): string {
  return step === 'attest' ? step : `${step === 'verify' ? 'deploy' : step}/${attempt}`;
}

function errorOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const code = cause instanceof ApplicationFailure ? cause.type : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: (code ?? 'INTERNAL').slice(0, 100), message: message.slice(0, 2_000) };
}
