import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LanekeeperError } from '../../../core/errors.js';
import type { ThreadAnswer, ThreadRequest } from './messages.js';

const program = new URL('../../../dist/replay-thread.js', import.meta.url);

/** What one answer and everything that is asked may take of a core, in milliseconds, and of memory, in MB. */
export interface ThreadLimits {
  readonly answerMs: number;
  readonly totalMs: number;
  readonly memoryMb: number;
}

/** What is evaluated, and what to do when that takes too long, as people are told. */
export interface Evaluated {
  readonly object: string;
  readonly next: string;
}

/** Far above what policies that people write need. */
const usualLimits: ThreadLimits = { answerMs: 10_000, totalMs: 120_000, memoryMb: 512 };

const proposed: Evaluated = {
  object: 'the proposed policy',
  next: 'replay fewer decisions with --last, or simplify its rules',
};

/**
 * A thread in which decisions are replayed and tests are run, so that a policy that takes long keeps nobody waiting but who
 * asks for it.
 * It gets no environment, and is ended when it takes longer than its limits.
 */
export class ReplayThread {
  readonly #worker: Worker;
  readonly #limits: ThreadLimits;
  readonly #signal: AbortSignal;
  readonly #evaluated: Evaluated;
  #usedMs = 0;

  /** @param signal ends what is under way */
  constructor(signal: AbortSignal, limits = usualLimits, evaluated = proposed) {
    this.#limits = limits;
    this.#signal = signal;
    this.#evaluated = evaluated;
    this.#worker = new Worker(program, {
      ...{ env: {}, execArgv: [], stdin: false },
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    });
    // What goes wrong between two questions is told by the next one.
    this.#worker.on('error', () => undefined);
  }

  /** Asks one thing after another. @throws LIMIT_EXCEEDED, or what the thread says went wrong */
  async ask(request: ThreadRequest): Promise<Exclude<ThreadAnswer, { type: 'failed' }>> {
    const allowedMs = Math.min(this.#limits.answerMs, this.#limits.totalMs - this.#usedMs);
    if (allowedMs <= 0) throw tooLong(this.#limits.totalMs, this.#evaluated);
    const begun = performance.now();
    const late = AbortSignal.timeout(allowedMs);
    const answered = once(this.#worker, 'message', { signal: AbortSignal.any([late, this.#signal]) });
    const ended = once(this.#worker, 'exit', { signal: AbortSignal.any([late, this.#signal]) });
    ended.catch(() => undefined);
    answered.catch(() => undefined);
    this.#worker.postMessage(request);
    try {
      const [message] = (await Promise.race([
        answered,
        ended.then(() => Promise.reject(outOfMemory(this.#evaluated))),
      ])) as [ThreadAnswer];
      if (message.type !== 'failed') return message;
      throw new LanekeeperError(message.code, message.detail);
    } catch (error) {
      if (late.aborted) throw tooLong(allowedMs, this.#evaluated);
      if (error instanceof LanekeeperError) throw error;
      throw isOutOfMemory(error) ? outOfMemory(this.#evaluated) : error;
    } finally {
      this.#usedMs += performance.now() - begun;
    }
  }

  /** Ends the thread, whatever it does. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLong(ms: number, { object, next }: Evaluated): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: 'evaluating the policy takes too long',
    object,
    why: `it took more than ${String(Math.round(ms / 1_000))} s`,
    next,
  });
}

function outOfMemory({ object }: Evaluated): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: 'evaluating the policy takes too much memory',
    object,
    next: 'simplify its rules',
  });
}
