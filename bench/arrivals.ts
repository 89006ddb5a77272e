/** A promotion makes two attestations; after both, it is live and done. */
const expected = 2;

interface Arrival {
  count: number;
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

/** Reports, without asking the server, when a promotion has completed its last step. */
export class Arrivals {
  readonly #known = new Map<string, Arrival>();

  /** An attestation of this promotion was made. */
  note(promotionId: string): void {
    const arrival = this.#of(promotionId);
    arrival.count += 1;
    if (arrival.count === expected) arrival.resolve();
  }

  /** Resolves when the promotion has completed its last step, perhaps before its starter knows its id. */
  async of(promotionId: string): Promise<void> {
    await this.#of(promotionId).done;
    this.#known.delete(promotionId);
  }

  #of(promotionId: string): Arrival {
    const known = this.#known.get(promotionId);
    if (known !== undefined) return known;
    let resolve = (): void => undefined;
    const done = new Promise<void>((settle) => {
      resolve = settle;
    });
    const arrival = { count: 0, done, resolve };
    this.#known.set(promotionId, arrival);
    return arrival;
  }
}
