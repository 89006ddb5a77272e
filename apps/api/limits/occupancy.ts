/** How many places each of several users occupies, up to a limit. */
export class Occupancy {
  readonly #taken = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place. @returns how to leave it, once; undefined when the user has none left */
  enter(user: string): (() => void) | undefined {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= this.#limit) return undefined;
    this.#taken.set(user, taken + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#taken.get(user) ?? 1) - 1;
      if (now === 0) this.#taken.delete(user);
      else this.#taken.set(user, now);
    };
  }
}
