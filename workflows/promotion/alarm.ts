import { CancellationScope, sleep } from '@temporalio/workflow';
import { timerSummaries } from '../summaries.js';

/**
 * The shortest wait, in milliseconds. The activity that computes the instant reads another clock: if that clock is
 * behind, looking at the instant gives the same one again, and the next look must not follow at once.
 */
const shortestWaitMs = 1_000;

/** One durable timer, kept for as long as the instant stays the same: messages that do not move it cost no events. */
export class Alarm {
  readonly #ring: () => void;
  #armed: { readonly at: string; readonly scope: CancellationScope } | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Sets the alarm to an instant, RFC 3339, or off. */
  set(at: string | undefined): void {
    if (at === this.#armed?.at) return;
    this.#armed?.scope.cancel();
    this.#armed = undefined;
    if (at !== undefined) this.#arm(at);
  }

  #arm(at: string): void {
    const scope = new CancellationScope();
    const armed = { at, scope };
    this.#armed = armed;
    void scope
      .run(() => sleep(Math.max(shortestWaitMs, Date.parse(at) - Date.now()), { summary: timerSummaries.lookAgain }))
      .then(
        () => {
          if (this.#armed === armed) this.#armed = undefined;
          this.#ring();
        },
        () => undefined, // It was set to another instant.
      );
  }
}
