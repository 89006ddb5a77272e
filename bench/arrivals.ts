interface Arrival {
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

/** Reports, without asking the server, when a promotion has completed its last step. */
export class Arrivals {
  readonly #known = new Map<string, Arrival>();

  /** The promotion of this run is attested. */
  note(workflowId: string): void {
    this.#of(workflowId).resolve();
  }

  /** Resolves when the promotion has completed its last step, perhaps before its starter knows that it was started. */
  async of(workflowId: string): Promise<void> {
    await this.#of(workflowId).done;
    this.#known.delete(workflowId);
  }

  #of(workflowId: string): Arrival {
    const known = this.#known.get(workflowId);
    if (known !== undefined) return known;
    let resolve = (): void => undefined;
    const done = new Promise<void>((settle) => {
      resolve = settle;
    });
    const arrival = { done, resolve };
    this.#known.set(workflowId, arrival);
    return arrival;
  }
}
