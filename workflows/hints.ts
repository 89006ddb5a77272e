import { CancellationScope, sleep } from '@temporalio/workflow';
import { timerSummaries } from './summaries.js';

/** How many hints in a row are passed on at once; a promotion has about ten from its request to being live. */
const atOnce = 20;
/** How long one waits, in milliseconds, after that many; it stands for all that come meanwhile. */
const pauseMs = 1_000;

/**
 * Bounds what a flood of hints costs, in runs that began before the loop did that (`pace.ts`): after {@link atOnce} of
 * them, one look a second stands for all.
 */
export class Hints {
  /** Whether each that is passed on is a look of its own; else one stands for all that wait, and all are passed on. */
  readonly eachIsALook: boolean;
  readonly #passOn: () => void;
  #left = atOnce;
  #isPausing = false;

  constructor(passOn: () => void, eachIsALook: boolean) {
    this.#passOn = passOn;
    this.eachIsALook = eachIsALook;
  }

  /** Takes one. */
  take(): void {
    if (this.#isPausing) return;
    if (!this.eachIsALook || this.#left > 0) {
      this.#left -= 1;
      this.#passOn();
      return;
    }
    this.#isPausing = true;
    // Handlers run in the run's own scope, and a cancellation is a message without a signature: it ends no pause.
    void CancellationScope.nonCancellable(() => sleep(pauseMs, { summary: timerSummaries.manyHints })).then(() => {
      this.#isPausing = false;
      this.#left = atOnce;
      this.#passOn();
    });
  }
}
