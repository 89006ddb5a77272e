import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { ReleaseStep } from '../../activities/release/types.js';

/** The steps of a release as they stand; what the query `status` shows. */
export class StepList {
  readonly #steps = new Map<string, ReleaseStep>();
  readonly #changed = new Set<string>();
  readonly #onChange: () => void;

  /** @param onChange called whenever a step has changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Names steps that are still to come. */
  announce(...ids: readonly string[]): void {
    for (const id of ids) this.#set({ id, state: 'WAITING' });
  }

  /** Runs a step and records its progress. `describe` summarizes its result in a few words. */
  async run<T>(id: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    const startedAt = new Date().toISOString();
    this.#set({ id, state: 'RUNNING', startedAt });
    const end = (state: 'DONE' | 'FAILED', detail: string): void => {
      this.#set({ id, state, detail, startedAt, endedAt: new Date().toISOString() });
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

  /** Whether a step has changed since {@link takeChanged}. */
  get haveChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** The steps that have changed since they were taken last. */
  takeChanged(): readonly ReleaseStep[] {
    const changed = this.all.filter(({ id }) => this.#changed.has(id));
    this.#changed.clear();
    return changed;
  }

  #set(step: ReleaseStep): void {
    this.#steps.set(step.id, step);
    this.#changed.add(step.id);
    this.#onChange();
  }
}

/** The reason behind a failed activity: what the starter should see, not that some activity failed. */
export function reasonOf(error: unknown): Error {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) return error.cause;
  return error instanceof Error ? error : new Error(String(error));
}
