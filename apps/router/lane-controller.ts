import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import type { LaneKey, RoutedLane, ServedBundle } from '../../store/alias/read.js';
import { type NewObservation, recordObservation } from '../../store/alias/write.js';
import type { Database } from '../../store/database.js';
import { BundleRun, type RunnerContext } from './bundle-run.js';
import { lanePorts } from './lane-ports.js';
import { LaneServer } from './lane-server.js';

const drainMs = 30_000;
const retryIntervalMs = 5_000;

/**
 * Brings one lane to the desired state in the database and records the outcome. It takes one step at a time; a newer
 * desired state cancels the start of an older one. The previous bundle keeps running, so that rolling back is a single
 * assignment.
 */
export class LaneController {
  readonly key: LaneKey;
  #database: Database;
  #context: RunnerContext;
  #portBase: number;
  #desired: ServedBundle;
  #handledGeneration: number | undefined;
  #lastRecorded: ServedBundle | undefined;
  #current: BundleRun | undefined;
  #previous: BundleRun | undefined;
  #reason = 'this lane is starting';
  #servers = new Map<string, LaneServer>();
  #startAbort = new AbortController();
  #closing = new AbortController();
  #wake: () => void = () => undefined;
  #settled: Promise<void>;
  #loop: Promise<void>;

  constructor(row: RoutedLane, database: Database, context: RunnerContext, portBase: number) {
    this.key = row.key;
    this.#database = database;
    this.#context = context;
    this.#portBase = portBase;
    this.#desired = row.desired;
    this.#lastRecorded = row.served;
    if (row.observed !== undefined && row.observed.status !== 'STARTING')
      this.#handledGeneration = row.observed.generation;
    let settle: () => void = () => undefined;
    this.#settled = new Promise((resolve) => (settle = resolve));
    this.#loop = this.#run(settle);
  }

  /** Resolves once the bundle that was served before is served again or could not be started. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** Passes on the desired state from the database. */
  setDesired(desired: ServedBundle): void {
    if (desired.generation <= this.#desired.generation) return;
    this.#desired = desired;
    this.#startAbort.abort();
    this.#wake();
  }

  /** Stops serving and all processes of the lane. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#startAbort.abort();
    this.#wake();
    await this.#loop;
    await Promise.all([...this.#servers.values()].map((server) => server.close(3_000)));
    await Promise.all([this.#current?.stop(), this.#previous?.stop()]);
  }

  async #run(settled: () => void): Promise<void> {
    await this.#retryUntilDone('listening', () => this.#listen(this.#lastRecorded ?? this.#desired));
    if (this.#lastRecorded !== undefined) await this.#restore(this.#lastRecorded);
    settled();
    while (!this.#closing.signal.aborted) {
      if (this.#handledGeneration === this.#desired.generation)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      else await this.#retryUntilDone('switching', () => this.#reconcile(this.#desired));
    }
  }

  /**
   * Retries work that fails, for example because the database or a port is unavailable, until it succeeds or the lane
   * is closed.
   */
  async #retryUntilDone(what: string, work: () => Promise<void>): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        this.#log(`${what} failed; retrying: ${messageOf(error)}`);
        await delay(1_000, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  async #restore(target: ServedBundle): Promise<void> {
    if (target.services.length === 0) return;
    try {
      this.#current = await BundleRun.start(this.#context, this.key, target, this.#closing.signal);
      this.#log(`serves ${target.bundle} again`);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#reason = `the bundle that was live in this lane could not be started again: ${messageOf(error)}`;
      this.#log(this.#reason);
      // A newer desired state may repair the lane in the meantime; until then, starting the live bundle is retried.
      setTimeout(() => void this.#restoreLater(target), retryIntervalMs).unref();
    }
  }

  async #restoreLater(target: ServedBundle): Promise<void> {
    if (
      this.#current === undefined &&
      this.#handledGeneration === this.#desired.generation &&
      !this.#closing.signal.aborted
    )
      await this.#restore(target);
  }

  async #reconcile(target: ServedBundle): Promise<void> {
    this.#startAbort = new AbortController();
    // A newer desired state or a close that came just before must not be lost with the old abort controller.
    if (target.generation !== this.#desired.generation || this.#closing.signal.aborted) return;
    await this.#listen(target).catch(async (error: unknown) => {
      await this.#record({
        generation: target.generation,
        status: 'STARTING',
        detail: messageOf(error),
        served: this.#lastRecorded,
      });
      throw error;
    });
    const ready = this.#findRunning(target);
    if (ready === undefined && target.services.length > 0) {
      await this.#record({
        generation: target.generation,
        status: 'STARTING',
        detail: undefined,
        served: this.#lastRecorded,
      });
      const candidate = await this.#startCandidate(target);
      if (candidate === undefined) return;
      this.#switchTo(candidate);
    } else {
      this.#switchTo(ready);
    }
    const detail = target.services.length === 0 ? 'nothing is live in this lane' : undefined;
    await this.#record({ generation: target.generation, status: 'SERVING', detail, served: target });
    this.#lastRecorded = target;
    this.#handledGeneration = target.generation;
    this.#log(
      target.services.length === 0 ? 'serves nothing' : `serves ${target.bundle} (generation ${target.generation})`,
    );
  }

  /** @returns undefined when it did not become healthy, which is then recorded, or when a newer desired state came */
  async #startCandidate(target: ServedBundle): Promise<BundleRun | undefined> {
    const { signal } = this.#startAbort;
    try {
      return await BundleRun.start(this.#context, this.key, target, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      await this.#record({
        generation: target.generation,
        status: 'FAILED',
        detail: messageOf(error),
        served: this.#lastRecorded,
      });
      this.#handledGeneration = target.generation;
      this.#log(`generation ${target.generation} did not become healthy: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** The switch itself: from this line on every new request, of every service, goes to `next`. */
  #switchTo(next: BundleRun | undefined): void {
    const old = this.#current;
    if (next !== undefined && next === old) return;
    const oldest = this.#previous === next ? undefined : this.#previous;
    this.#current = next;
    this.#previous = old;
    if (next === undefined) this.#reason = 'nothing is live in this lane';
    if (oldest !== undefined) void oldest.stop(drainMs);
  }

  /** A run of this bundle that is already serving, which makes rolling back instant. */
  #findRunning(target: ServedBundle): BundleRun | undefined {
    return [this.#current, this.#previous].find(
      (run) => run !== undefined && run.isReady && run.target.bundle === target.bundle,
    );
  }

  async #listen(target: ServedBundle): Promise<void> {
    const ports = await lanePorts(this.#database, this.key, target.services, this.#portBase);
    for (const [service, port] of ports) {
      if (this.#servers.has(service)) continue;
      const server = new LaneServer(
        port,
        service,
        () => ({ run: this.#current, reason: this.#reason }),
        this.#context.publicOrigins,
      );
      await server.listen().catch((error: unknown) => {
        throw new Error(
          `port ${port} of ${this.key.product} ${this.key.lane} ${service} is in use by another program; stop it, because lanes keep their ports`,
          { cause: error },
        );
      });
      this.#servers.set(service, server);
    }
  }

  /** Records an observation, retrying while the database is unavailable; requests are served in the meantime. */
  #record(observation: NewObservation): Promise<void> {
    return this.#retryUntilDone('recording what is served', () =>
      this.#database.transaction(this.key.tenant, (tx) => recordObservation(tx, this.key, observation)),
    );
  }

  #log(text: string): void {
    this.#context.log(`${this.key.product} ${this.key.lane}: ${text}`);
  }
}
