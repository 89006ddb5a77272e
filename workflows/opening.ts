import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';

/**
 * Answers those who start a run, or join it, as soon as its record is open, or with why there will be none. The answer is a
 * convenience: what is on record, whoever asks reads from PostgreSQL.
 */
export class Opening<Reply> {
  #settled: { readonly reply: () => Reply } | undefined;

  /** Runs what a workflow does. What fails before the record is open is also the answer to everybody who waits for it. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (this.#settled !== undefined) throw error;
      this.#settled = {
        reply() {
          throw error;
        },
      };
      await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
      throw error;
    }
  }

  /** The record is open. `reply` says what is known when it is asked. */
  opened(reply: () => Reply): void {
    this.#settled = { reply };
  }

  /** Answers everybody who has asked: the run ends with this. */
  async conclude(reply: Reply): Promise<void> {
    this.opened(() => reply);
    await condition(allHandlersFinished);
  }

  /** Waits until the record is open. @throws what ended the run before it was */
  async answer(): Promise<Reply> {
    // Handlers run in the run's own scope, and a cancellation of the run takes nobody's answer away.
    await CancellationScope.nonCancellable(() => condition(() => this.#settled !== undefined));
    return (this.#settled as { readonly reply: () => Reply }).reply();
  }
}
