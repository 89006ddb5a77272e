import { CancellationScope, condition, log } from '@temporalio/workflow';
import type { ReleaseStep } from '../../activities/release/types.js';
import type { StepList } from './steps.js';

/** Puts the steps of a release on record as they change, beside the work: all that have changed meanwhile at once. */
export class StepRecorder {
  readonly #steps: StepList;
  readonly #record: (steps: readonly ReleaseStep[]) => Promise<void>;
  #isStopped = false;
  #recording: Promise<void> | undefined;

  constructor(steps: StepList, record: (steps: readonly ReleaseStep[]) => Promise<void>) {
    this.#steps = steps;
    this.#record = record;
  }

  /** Begins, once the release is on record. */
  start(): void {
    // What happened is recorded, also when the run is cancelled.
    this.#recording ??= CancellationScope.nonCancellable(() => this.#repeat());
  }

  /** Records what is left, and ends. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await CancellationScope.nonCancellable(() => this.#recording ?? Promise.resolve());
  }

  async #repeat(): Promise<void> {
    for (;;) {
      await condition(() => this.#steps.haveChanged || this.#isStopped);
      if (!this.#steps.haveChanged) return;
      try {
        await this.#record(this.#steps.takeChanged());
      } catch (error) {
        // A release is what it is, also when people cannot see how far it is.
        log.error('the steps of the release could not be recorded', { message: String(error) });
      }
    }
  }
}
