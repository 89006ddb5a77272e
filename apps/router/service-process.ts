import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessIdentity } from '../../adapters/process/identity.js';
import { launch } from '../../adapters/process/launch.js';
import { tailOfLog } from '../../adapters/process/log-file.js';
import { stopProcess } from '../../adapters/process/stop-process.js';
import { isHealthy } from './health.js';
import type { ServiceRecord } from './service-record.js';

/** How to run one service of a bundle. */
export interface ServicePlan {
  readonly name: string;
  /** The folder of the application, in which it is started. */
  readonly workingDir: string;
  /** The file that node starts, relative to the folder. */
  readonly entry: string;
  readonly port: number;
  /** The path that answers 200 when the service is ready. */
  readonly health: string;
  /** Its complete environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

const initialBackoffMs = 250;
const maxBackoffMs = 10_000;
const stopSteps = [
  { signal: 'SIGTERM', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 3_000 },
] as const;

/** One service process. After its first start it is restarted with backoff whenever it ends. */
export class ServiceProcess {
  readonly plan: ServicePlan;
  #record: ServiceRecord;
  #log: (text: string) => void;
  #identity: ProcessIdentity | undefined;
  #healthy = false;
  #stopped = false;
  #supervised = false;
  #ended: string | undefined;
  #backoffMs = initialBackoffMs;

  constructor(plan: ServicePlan, record: ServiceRecord, log: (text: string) => void) {
    this.plan = plan;
    this.#record = record;
    this.#log = log;
  }

  /** Whether it accepts requests. */
  get isReady(): boolean {
    return this.#healthy && this.#identity !== undefined;
  }

  /**
   * Starts the process and waits until it is healthy.
   * @throws an Error that says why not, with the last lines of its output
   */
  async start(deadline: number, signal: AbortSignal): Promise<void> {
    this.#spawn();
    await this.#waitUntilHealthy(deadline, signal);
    this.#supervised = true;
    // It may have ended between its answer and this line.
    if (this.#ended !== undefined) throw this.#startError(`ended with ${this.#ended}`);
  }

  /** Stops the process for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#healthy = false;
    if (this.#identity !== undefined) await stopProcess(this.#identity, stopSteps);
  }

  async #waitUntilHealthy(deadline: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#stopped || signal.aborted)
        throw new Error(`service ${this.plan.name} was stopped before it was healthy`);
      if (this.#ended !== undefined) throw this.#startError(`ended with ${this.#ended} before it was healthy`);
      if (await isHealthy(this.plan.port, this.plan.health)) break;
      if (Date.now() > deadline) throw this.#startError(`did not answer 200 on ${this.plan.health} in time`);
      await delay(25);
    }
    this.#healthy = true;
  }

  #spawn(): void {
    const { entry, workingDir: cwd, env, logFile } = this.plan;
    this.#ended = undefined;
    const identity = launch({ command: process.execPath, args: [entry], cwd, env, logFile }, (how) =>
      this.#onEnd(how, identity),
    );
    this.#identity = identity;
    if (identity !== undefined) this.#record.add(identity);
  }

  #onEnd(how: string, identity: ProcessIdentity | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    this.#healthy = false;
    this.#identity = undefined;
    if (identity !== undefined) this.#record.remove(identity);
    if (this.#stopped || !this.#supervised) return;
    this.#log(`service ${this.plan.name} ended with ${how}; restarting it`);
    void this.#restart();
  }

  async #restart(): Promise<void> {
    await delay(this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, maxBackoffMs);
    if (this.#stopped) return;
    try {
      this.#spawn();
      await this.#waitUntilHealthy(Date.now() + 60_000, new AbortController().signal);
      this.#backoffMs = initialBackoffMs;
      this.#log(`service ${this.plan.name} is healthy again`);
    } catch (error) {
      // A process that ended already has its own restart under way; one that hangs is stopped, which triggers the next.
      if (this.#identity !== undefined) await stopProcess(this.#identity, stopSteps);
      this.#log(String(error));
      // Without a process nothing will report an end: the attempt itself failed, for example because the disk is full.
      if (this.#identity === undefined && this.#ended === undefined) void this.#restart();
    }
  }

  #startError(what: string): Error {
    return new Error(
      `service ${this.plan.name} ${what}; the end of its output:\n${tailOfLog(this.plan.logFile, 10).slice(-2000)}`,
    );
  }
}
