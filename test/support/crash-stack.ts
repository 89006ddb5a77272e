import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { type Clients, createClients } from '../../apps/cli/connection/clients.js';
import { type Decision, decisionStatement } from '../../core/evidence/decision.js';
import { readJsonFile } from '../../adapters/files/json-file.js';
import { isRunning } from '../../adapters/process/identity.js';
import { openDatabase } from '../../store/database.js';
import { openStores } from './blobs.js';
import { pointsIn } from './faults/hold.js';
import { type EvidenceTools, signerOf } from './sealed-bundle.js';
import { createTestRole, testUrl } from './test-role.js';
import { prepareStack, type TestStack } from './stack-process.js';
import { until } from './until.js';

/** The parts that are killed. The router is not one of them: its services must not be affected. */
export type Victim = 'worker' | 'api' | 'temporal' | 'postgres';

/** The real programs, each a process of its own, with steps that can be paused where a test wants to kill something. */
export interface CrashStack {
  readonly stack: TestStack;
  readonly tools: EvidenceTools;
  readonly temporal: Client;
  /** The API clients of a person. */
  readonly api: (person: string) => Clients;
  /** Makes the next step that reaches the point wait there. */
  pauseAt(point: string): void;
  /** Waits until a step has reached the point. */
  pausedAt(point: string): Promise<void>;
  /** Lets all paused steps continue. */
  resume(): void;
  /** Kills a process with SIGKILL, by its id, and waits until it is gone. */
  kill(victim: Victim): Promise<void>;
  /** Waits until the supervisor has restarted it and it answers. */
  back(victim: Victim, killed: number): Promise<void>;
  sign(
    person: string,
    decision: Omit<Decision, 'principal' | 'tenant' | 'nonce' | 'issuedAt' | 'expiresAt'>,
  ): Promise<Buffer>;
  rows<Row extends Record<string, unknown>>(sql: string, ...values: string[]): Promise<Row[]>;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** Starts a stack whose worker can be held at points around what it does. */
export async function startCrashStack(): Promise<CrashStack> {
  await execa(process.execPath, [join(root, 'scripts/build/main.mjs'), '--tests']);
  const stack = await prepareStack(join(root, 'dist/test/stack.js'));
  const points = pointsIn(stack.dataDir);
  mkdirSync(points, { recursive: true });
  await stack.start();
  const { dataDir } = stack;
  const { apiUrl, temporalAddress } = stack.record();
  await createTestRole(adminUrlOf(dataDir));
  const database = openDatabase({ url: testUrl(adminUrlOf(dataDir)), maxConnections: 4 });
  const connection = await Connection.connect({ address: temporalAddress });
  const rows: CrashStack['rows'] = (sql, ...values) => database.transaction('default', (tx) => tx.query(sql, values));
  const paused = new Set<string>();
  return {
    stack,
    tools: { database, dataDir, blobs: openStores(dataDir, database).of('default') },
    temporal: new Client({ connection }),
    api: (person) => createClients(apiUrl, readFileSync(join(dataDir, 'identities', person, 'token'), 'utf8').trim()),
    pauseAt(point) {
      rmSync(join(points, `${point}.reached`), { force: true });
      writeFileSync(join(points, point), '');
      paused.add(point);
    },
    pausedAt: (point) => until(() => existsSync(join(points, `${point}.reached`)), `a step at ${point}`, 40_000),
    resume() {
      for (const point of paused) rmSync(join(points, point), { force: true });
      paused.clear();
    },
    async kill(victim) {
      const child = stack.record().children.find(({ name }) => name === victim);
      if (child === undefined) throw new Error(`${victim} is not running`);
      process.kill(child.pid, 'SIGKILL');
      await until(() => !isRunning(child), `${victim} to be gone`);
    },
    async back(victim, killed) {
      await until(() => ![0, killed].includes(stack.pidOf(victim)), `${victim} to be restarted`);
      await until(() => answers(apiUrl, rows), 'the API and the database to answer', 30_000);
    },
    async sign(person, decision) {
      const at = Date.now();
      const times = { issuedAt: new Date(at - 1_000).toISOString(), expiresAt: new Date(at + 3_600_000).toISOString() };
      return signStatement(
        decisionStatement({ ...decision, ...times, principal: person, tenant: 'default', nonce: crypto.randomUUID() }),
        await signerOf(dataDir, 'identities', person),
      );
    },
    rows,
    async close() {
      await database.close();
      await connection.close();
      await stack.close();
    },
  };
}

async function answers(apiUrl: string, rows: CrashStack['rows']): Promise<boolean> {
  const health = await fetch(`${apiUrl}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
  return (
    health &&
    (await rows('select 1').then(
      () => true,
      () => false,
    ))
  );
}

function adminUrlOf(dataDir: string): string {
  const { admin } = readJsonFile(join(dataDir, 'postgres-passwords.json')) as { admin: string };
  const { postgres } = readJsonFile(join(dataDir, 'ports.json')) as { postgres: number };
  return `postgres://postgres:${admin}@127.0.0.1:${String(postgres)}/lanekeeper`;
}
