import { Doorbell } from '../core/doorbell.js';

/** What a round found, which decides how soon the next one follows. */
export type Pace = 'at once' | 'soon' | 'later' | 'idle' | 'failed';

/** How long the pauses between rounds are. */
export interface Pauses {
  /** After a round that found something. */
  readonly minMs: number;
  /** The longest after rounds that found only what has to wait; pauses double up to it. */
  readonly maxMs: number;
  /** After a round that found nothing: whatever follows wakes the pacer, so this is for what gets lost. */
  readonly idleMs: number;
  /** The longest after rounds that failed; pauses double up to it. */
  readonly maxFailedMs: number;
}

/** Repeats rounds of work with pauses in between, until it is stopped. */
export class Pacer {
  readonly #pauses: Pauses;
  readonly #woken = new Doorbell();
  readonly #stopped = new Doorbell();
  #interrupt = (): void => undefined;

  constructor(pauses: Pauses) {
    this.#pauses = pauses;
  }

  /** Ends the pause: there is something to do. */
  wake(): void {
    this.#woken.ring();
    this.#interrupt();
  }

  /** Lets the current round be the last. */
  stop(): void {
    this.#stopped.ring();
    this.#interrupt();
  }

  async repeat(round: () => Promise<Pace>): Promise<void> {
    const { minMs, maxMs, idleMs, maxFailedMs } = this.#pauses;
    let pauseMs = minMs;
    while (!this.#stopped.isRung()) {
      this.#woken.answer();
      const pace = await round();
      if (pace === 'failed') pauseMs = Math.min(Math.max(pauseMs, maxMs) * 2, maxFailedMs);
      else if (pace === 'later') pauseMs = Math.min(pauseMs * 2, maxMs);
      else pauseMs = minMs;
      if (pace !== 'at once' && !this.#stopped.isRung() && !this.#woken.isRung())
        await this.#pause(pace === 'idle' ? idleMs : pauseMs);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
