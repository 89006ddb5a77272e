import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDevelopmentIdentities } from './development-identities.js';
import { newUiAddress } from './temporal/ui-address.js';
import { programPlan, uiProxyPlan, type ProgramEnvironment } from './program-plan.js';
import type { Program, StackConfig } from './config.js';
import { choosePorts, type StackPorts } from './ports.js';
import { installAndPin } from './policies.js';
import { bringUpToDate } from './postgres/bring-up-to-date.js';
import { prepareCluster } from './postgres/cluster.js';
import { externalDatabase } from './postgres/external.js';
import type { ReachableDatabase } from './postgres/roles.js';
import { Child, type ChildPlan } from './child.js';
import { identify, type ProcessIdentity } from '../../adapters/process/identity.js';
import { stopOrphans } from './orphans.js';
import { writeTokenOrigins } from './token-origins.js';
import { type StackRecord, writePointer, writeStackRecord } from './stack-file.js';
import { devServerPlan } from './temporal/dev-server.js';
import { registerSearchAttributes } from './temporal/register-search-attributes.js';

// Generous: after a crash, PostgreSQL may replay a long log from a slow disk. A warm start takes a few seconds.
const readyTimeoutMs = 90_000;

/**
 * The order of stopping, each group at once: first what starts work, then the engines, and what serves the lanes last.
 */
const stopOrder = [['worker', 'api', 'enrolment', 'ui-proxy'], ['temporal'], ['postgres'], ['router']];

/** Owns the stack on one machine: starts its parts, keeps them running, stops them. */
export class Supervisor {
  #config: StackConfig;
  #log: (text: string) => void;
  #children = new Map<string, Child>();
  #record: StackRecord | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: StackConfig, log: (text: string) => void) {
    this.#config = config;
    this.#log = log;
  }

  /** Starts everything, in parallel as far as dependencies allow, and returns when all parts are ready. */
  async start(): Promise<StackRecord> {
    const { dataDir } = this.#config;
    prepareFolders(dataDir);
    await stopOrphans(dataDir, this.#log);
    const ports = await choosePorts(dataDir, this.#config.portBase, this.#log);
    this.#record = this.#initialRecord(ports);
    this.#write({ state: 'starting' });
    const temporal = this.#startTemporal(ports);
    const programs = this.#startDatabase(ports).then(async ({ databaseUrls, policyRoots }) => {
      const temporalAddress = this.#temporalAddress(ports);
      const environment = { config: this.#config, ports, databaseUrls, policyRoots, temporalAddress };
      await Promise.all([
        this.#startProgram('router', environment),
        this.#startProgram('api', environment),
        this.#startProgram('enrolment', environment),
        temporal.then(() => this.#startProgram('worker', environment)),
      ]);
    });
    await Promise.all([temporal, programs]);
    this.#write({ state: 'ready' });
    if (this.#config.isDefault) writePointer(this.#config.pointerFile, dataDir);
    return this.#record;
  }

  /** Stops everything in order. A second call waits for the same shutdown. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    this.#write({ state: 'stopping' });
    for (const group of stopOrder) {
      await Promise.all(group.map(async (name) => this.#children.get(name)?.stop()));
    }
    this.#write({ state: 'stopped' });
  }

  async #startTemporal(ports: StackPorts): Promise<void> {
    if (this.#config.externalTemporalAddress === undefined) {
      const ui = await newUiAddress();
      await Promise.all([
        this.#startChild(devServerPlan(this.#config, ports, ui)),
        this.#startChild(uiProxyPlan(this.#config, ports, ui)),
      ]);
      return;
    }
    const added = await registerSearchAttributes(this.#config.namespace);
    this.#log(
      `using Temporal at ${this.#config.externalTemporalAddress}${added.length > 0 ? `; registered ${added.join(', ')}` : ''}`,
    );
  }

  /** @returns how each process reaches a database that is up to date, and what is pinned of its policies */
  async #startDatabase(ports: StackPorts): Promise<Pick<ProgramEnvironment, 'databaseUrls' | 'policyRoots'>> {
    const { externalDatabaseUrl, dataDir, inherited } = this.#config;
    let database: ReachableDatabase;
    if (externalDatabaseUrl === undefined) {
      const cluster = await prepareCluster(dataDir, ports.postgres, inherited);
      await this.#startChild(cluster.plan);
      await cluster.createDatabase();
      database = cluster;
    } else {
      database = await externalDatabase(externalDatabaseUrl, dataDir);
      this.#log('using the PostgreSQL of DATABASE_URL');
    }
    for (const line of await bringUpToDate(database, dataDir)) this.#log(line);
    await ensureDevelopmentIdentities(dataDir, database.urls.enrolment);
    const policyRoots = await installAndPin(this.#config, database.urls);
    await writeTokenOrigins(dataDir, apiUrlOf(ports));
    return { databaseUrls: database.urls, policyRoots };
  }

  #startProgram(name: Program, environment: ProgramEnvironment): Promise<void> {
    return this.#startChild(programPlan(name, environment));
  }

  async #startChild(plan: ChildPlan): Promise<void> {
    if (this.#stopped !== undefined) throw new Error('the stack is stopping');
    const child = new Child(plan, { changed: () => this.#write({}), log: this.#log });
    this.#children.set(plan.name, child);
    await child.start(readyTimeoutMs);
  }

  #temporalAddress(ports: StackPorts): string {
    return this.#config.externalTemporalAddress ?? `127.0.0.1:${ports.temporal}`;
  }

  #initialRecord(ports: StackPorts): StackRecord {
    const supervisor = identify(process.pid) satisfies ProcessIdentity | undefined;
    return {
      version: this.#config.version,
      state: 'starting',
      pid: process.pid,
      startedAt: new Date().toISOString(),
      supervisor: supervisor ?? { pid: process.pid, startedAt: '' },
      apiUrl: apiUrlOf(ports),
      temporalAddress: this.#temporalAddress(ports),
      ...(this.#config.externalTemporalAddress === undefined && {
        temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}`,
      }),
      namespace: this.#config.namespace,
      dataDir: this.#config.dataDir,
      children: [],
    };
  }

  #write(change: Pick<Partial<StackRecord>, 'state'>): void {
    if (this.#record === undefined) return;
    const children = [...this.#children].flatMap(([name, { identity }]) =>
      identity === undefined ? [] : [{ name, ...identity }],
    );
    this.#record = { ...this.#record, ...change, children };
    writeStackRecord(this.#record);
  }
}

function apiUrlOf({ api }: StackPorts): string {
  return `http://127.0.0.1:${api}`;
}

function prepareFolders(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // When started by root, the database server runs as another user, who must be able to traverse this folder; secrets
  // have their own modes.
  chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
}
