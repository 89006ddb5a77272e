import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { ReleaseStep } from './contract.js';

/** The steps of a release as they stand; what the query `status` shows. */
export class StepList {
  readonly #steps = new Map<string, ReleaseStep>();
  readonly #changed: () => void;

  /** @param changed called whenever a step has changed */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Names steps that are still to come. */
  announce(...ids: readonly string[]): void {
    for (const id of ids) this.#steps.set(id, { id, state: 'WAITING' });
    this.#changed();
  }

  /** Runs a step and records its progress. `describe` summarizes its result in a few words. */
  async run<T>(id: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    const startedAt = new Date().toISOString();
    this.#steps.set(id, { id, state: 'RUNNING', startedAt });
    this.#changed();
    const end = (state: 'DONE' | 'FAILED', detail: string): void => {
      this.#steps.set(id, { id, state, detail, startedAt, endedAt: new Date().toISOString() });
      this.#changed();
    };
    try {
      const result = await work();
      end('DONE', describe(result));
      return result;
    } catch (error) {
      end('FAILED', reasonOf(error).message.slice(0, 2000));
      throw error;
    }
  }

  get all(): readonly ReleaseStep[] {
    return [...this.#steps.values()];
  }
}

/** The reason behind a failed activity: what the starter should see, not that some activity failed. */
export function reasonOf(error: unknown): Error {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) return error.cause;
  return error instanceof Error ? error : new Error(String(error));
}
