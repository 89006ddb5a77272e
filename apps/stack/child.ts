import { messageOf } from '../../core/errors.js';
import type { ProcessIdentity } from '../../adapters/process/identity.js';
import { launch, type LaunchPlan } from '../../adapters/process/launch.js';
import { tailOfLog } from '../../adapters/process/log-file.js';
import { gracefulStop, type StopStep, stopProcess } from '../../adapters/process/stop-process.js';

/** How to start one part of the stack. */
export interface ChildPlan extends Omit<LaunchPlan, 'onMessage'> {
  readonly name: string;
  readonly stop?: readonly StopStep[];
  /** Work before each start, for example removing what a crash left behind. */
  readonly beforeStart?: () => Promise<void>;
  /**
   * Whether the part answers; polled until it resolves to true. Without it, the child itself sends the message
   * `{ ready: true }`.
   */
  readonly isReady?: () => Promise<boolean>;
}

/** What a child reports to the supervisor. */
export interface ChildEvents {
  /** The process was started or has ended: the record of running processes must be updated. */
  changed(): void;
  log(text: string): void;
}

const initialBackoffMs = 250;
const maxBackoffMs = 10_000;
/** A child that ran this long is restarted with the shortest backoff again. */
const stableAfterMs = 30_000;
/** A child that was restarted this often without becoming ready never will. */
const maxRestartsBeforeReady = 4;

/** One supervised child: restarted with backoff whenever it ends, until it is stopped. */
export class Child {
  readonly plan: ChildPlan;
  identity: ProcessIdentity | undefined;
  restarts = 0;
  #events: ChildEvents;
  #stopping = false;
  #ready = false;
  #backoffMs = initialBackoffMs;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: ChildPlan, events: ChildEvents) {
    this.plan = plan;
    this.#events = events;
  }

  /**
   * Starts the child and waits until it is ready.
   * @throws when it is not ready in time; the message contains the end of its log
   */
  async start(timeoutMs: number): Promise<void> {
    await this.#spawn();
    const deadline = Date.now() + timeoutMs;
    while (!this.#ready) {
      if (this.#stopping) throw new Error(`${this.plan.name} was stopped before it was ready`);
      if (this.restarts >= maxRestartsBeforeReady)
        throw this.#notReadyError(`ended ${maxRestartsBeforeReady + 1} times before it was ready`);
      if (Date.now() > deadline) throw this.#notReadyError(`was not ready within ${timeoutMs / 1000} s`);
      if (this.identity !== undefined && this.plan.isReady !== undefined)
        this.#ready = await this.plan.isReady().catch(() => false);
      if (!this.#ready) await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Stops the child for good. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const identity = this.identity;
    if (identity !== undefined && !(await stopProcess(identity, this.plan.stop ?? gracefulStop))) {
      this.#events.log(`${this.plan.name} (pid ${identity.pid}) does not stop`);
    }
    this.identity = undefined;
    this.#events.changed();
  }

  /** The last lines that the child wrote, indented. */
  logTail(lines = 12): string {
    return tailOfLog(this.plan.logFile, lines).replaceAll(/^/gm, '    ');
  }

  #notReadyError(what: string): Error {
    return new Error(`${this.plan.name} ${what}; the end of ${this.plan.logFile}:\n${this.logTail()}`);
  }

  async #spawn(): Promise<void> {
    const { plan } = this;
    await plan.beforeStart?.();
    if (this.#stopping) return;
    const startedAt = Date.now();
    const onMessage = (message: unknown): void => {
      if (typeof message === 'object' && message !== null && 'ready' in message && message.ready === true)
        this.#ready = true;
    };
    this.identity = launch({ ...plan, ...(plan.isReady === undefined && { onMessage }) }, (how) =>
      this.#onEnd(how, Date.now() - startedAt),
    );
    this.#events.changed();
  }

  #onEnd(how: string, ranMs: number): void {
    this.identity = undefined;
    this.#events.changed();
    if (this.#stopping) return;
    if (ranMs > stableAfterMs) this.#backoffMs = initialBackoffMs;
    this.#events.log(
      `${this.plan.name} ended (${how}); restarting it in ${this.#backoffMs / 1000} s; its log: ${this.plan.logFile}`,
    );
    this.#timer = setTimeout(() => void this.#restart(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, maxBackoffMs);
  }

  async #restart(): Promise<void> {
    this.restarts += 1;
    try {
      await this.#spawn();
      if (this.identity !== undefined) this.#events.log(`${this.plan.name} started again (pid ${this.identity.pid})`);
    } catch (error) {
      this.#events.log(`${this.plan.name} could not be restarted: ${messageOf(error)}`);
      this.#timer = setTimeout(() => void this.#restart(), maxBackoffMs);
    }
  }
}
