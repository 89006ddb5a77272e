import { CancellationScope, sleep } from '@temporalio/workflow';

/** How many hints in a row are passed on at once; a promotion has about ten from its request to being live. */
const atOnce = 20;
/** How long one waits, in milliseconds, after that many; it stands for all that come meanwhile. */
const pauseMs = 1_000;

/**
 * Bounds what a flood of hints costs: after {@link atOnce} of them, one look a second stands for all. To be created once,
 * at the start of a run.
 *
 * What is passed on depends on the order of signals and timers alone, which the history fixes. It must not depend on how
 * many are waiting, nor on a clock: when the server fails a workflow task because too much has arrived, results of local
 * activities stay with the worker, and a replay sees signals earlier between those results than the run did.
 */
export class Hints {
  /**
   * Whether each that is passed on is a look of its own. Runs that began before this took one for all that waited, and
   * every hint is passed on to them.
   */
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
    void CancellationScope.nonCancellable(() => sleep(pauseMs)).then(() => {
      this.#isPausing = false;
      this.#left = atOnce;
      this.#passOn();
    });
  }
}
