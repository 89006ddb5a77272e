import { LanekeeperError } from '../../../core/errors.js';

const windowMs = 60_000;

interface Spent {
  readonly since: number;
  ms: number;
}

/** How long pure work that holds the process up may take for one who asks, within a minute. */
export class TimeBudget {
  readonly #allowedMs: number;
  readonly #what: { readonly message: string; readonly next: string };
  readonly #clock: () => number;
  readonly #spent = new Map<string, Spent>();

  /**
   * @param allowedMs within a minute; work that has begun is finished
   * @param what is said to whoever has used it up
   * @param clock milliseconds that only rise
   */
  constructor(
    allowedMs: number,
    what: { readonly message: string; readonly next: string },
    clock: () => number = () => performance.now(),
  ) {
    this.#allowedMs = allowedMs;
    this.#what = what;
    this.#clock = clock;
  }

  /** Does some work. @throws LIMIT_EXCEEDED where too much was done for the same one already */
  spend<T>(who: string, work: () => T): T {
    const begun = this.#clock();
    for (const [key, { since }] of this.#spent) if (since + windowMs <= begun) this.#spent.delete(key);
    const spent = this.#spent.get(who) ?? { since: begun, ms: 0 };
    if (spent.ms >= this.#allowedMs)
      throw new LanekeeperError('LIMIT_EXCEEDED', {
        ...{ message: this.#what.message, next: this.#what.next, object: `principal ${who}` },
        why: `it took ${String(Math.round(spent.ms))} ms within a minute, of which ${String(this.#allowedMs)} are allowed`,
      });
    this.#spent.set(who, spent);
    try {
      return work();
    } finally {
      spent.ms += this.#clock() - begun;
    }
  }
}
