import { CancellationScope, sleep } from '@temporalio/workflow';
import { timerSummaries } from './summaries.js';

/** How many looks in a row are made at once; a promotion has about ten from its request to being live. */
const atOnce = 20;
/** How long the next one waits after that many, in milliseconds; it stands for all that are asked for meanwhile. */
const pauseMs = 1_000;

/**
 * Bounds what a flood of hints costs: after {@link atOnce} looks, one a second stands for all.
 *
 * It is the loop of a run that takes looks, and with that begins a pause: so that the timer has its place among what the
 * loop does, whenever the signals came. When the server fails a workflow task because too much has arrived, a replay sees
 * signals earlier than the run did, and a timer that their handler had started would come earlier too.
 */
export class Pace {
  #left = atOnce;
  #isPausing = false;

  /** Whether looks have to wait. */
  get isPausing(): boolean {
    return this.#isPausing;
  }

  /** The loop has taken a look. `resume` is called when the next one may be taken again, if this one began a pause. */
  took(resume: () => void): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#isPausing = true;
    // A cancellation is a message without a signature: it ends no pause.
    void CancellationScope.nonCancellable(() => sleep(pauseMs, { summary: timerSummaries.manyHints })).then(() => {
      this.#isPausing = false;
      this.#left = atOnce;
      resume();
    });
  }
}
