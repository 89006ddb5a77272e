interface Arrival {
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

/** Reports, without asking the server, when a promotion has completed its last step. */
export class Arrivals {
  readonly #known = new Map<string, Arrival>();

  /** This promotion is attested. */
  note(promotionId: string): void {
    this.#of(promotionId).resolve();
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
    const arrival = { done, resolve };
    this.#known.set(promotionId, arrival);
    return arrival;
  }
}
