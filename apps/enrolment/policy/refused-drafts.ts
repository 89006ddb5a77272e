import { LanekeeperError } from '../../../core/errors.js';

/** How many drafts of one person may be refused within a minute: each was read and checked first. */
export const mostRefused = 10;

const windowMs = 60_000;

/** Counts the drafts of each person that are being checked or were refused within the last minute, in this process. */
export class RefusedDrafts {
  readonly #times = new Map<string, number[]>();

  /**
   * Lets a draft in.
   *
   * @param person with the tenant
   * @returns what to call when it was taken, so that it does not count
   * @throws LIMIT_EXCEEDED
   */
  enter(person: string, now: Date): () => void {
    const since = now.getTime() - windowMs;
    for (const [key, times] of this.#times) if ((times.at(-1) ?? 0) <= since) this.#times.delete(key);
    const times = (this.#times.get(person) ?? []).filter((time) => time > since);
    if (times.length >= mostRefused)
      throw new LanekeeperError('LIMIT_EXCEEDED', {
        message: 'too many drafts were refused',
        object: `principal ${person}`,
        why: `${String(mostRefused)} of one person within a minute are checked`,
        next: 'check them first: lane policy lint; then try again in a minute',
      });
    times.push(now.getTime());
    this.#times.set(person, times);
    return () => {
      const known = this.#times.get(person) ?? [];
      const at = known.indexOf(now.getTime());
      if (at >= 0) known.splice(at, 1);
    };
  }
}
