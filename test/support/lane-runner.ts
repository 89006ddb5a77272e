import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { connectToEnrolment } from '../../apps/api/enrolment/client.js';
import { type ServerOptions, startServer } from '../../apps/api/server.js';
import { runLane } from '../../apps/cli/program/program.js';
import { type Clients, createClients } from '../../apps/cli/connection/clients.js';
import { loadIdentity } from '../../apps/cli/connection/identity.js';
import { findStack } from '../../apps/cli/connection/stack.js';
import { openDatabase } from '../../store/database.js';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { startEnrolmentServer } from '../../apps/enrolment/server.js';
import { openStores } from './blobs.js';
import { writeTokenOrigins } from '../../apps/stack/token-origins.js';
import type { Engine } from './engine.js';

/** The result of one run of `lane`. */
export interface LaneRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of `lane` that goes on. */
export interface StartedLane {
  /** What it has printed first. */
  readonly printed: string;
  /** Everything that it has printed so far, in its order. */
  readonly soFar: () => readonly string[];
  readonly interrupt: () => void;
  readonly ended: Promise<LaneRun>;
}

/** The API in front of an engine, and `lane` as its client. */
export interface ApiOnEngine {
  readonly url: string;
  /** Runs `lane` in this process, as a person without a terminal. */
  lane(person: string, ...args: string[]): Promise<LaneRun>;
  /** Starts `lane` as a person and resolves when it has printed its first line. */
  start(person: string, ...args: string[]): Promise<StartedLane>;
  /** Runs `lane` with JSON output and parses it. */
  json(person: string, ...args: string[]): Promise<Record<string, unknown>>;
  clients(person: string): Clients;
  /** The unexpected errors that the API reported. */
  readonly reports: readonly unknown[];
  /** Stops the API, does some work, and starts it again on the same port. */
  awayDuring(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Starts the API in front of an engine, on a free port; it has the limits of the product unless others are given. */
export async function startApiOn(
  engine: Engine,
  options: Pick<ServerOptions, 'limits' | 'pageDir'> = {},
): Promise<ApiOnEngine> {
  const reports: unknown[] = [];
  const { client, dataDir } = engine;
  const database = openDatabase({ url: engine.cluster.urls.api });
  const blobs = openStores(dataDir, database);
  const rules = new PolicyBook(database, engine.policyRoots);
  const enrolments = openDatabase({ url: engine.cluster.urls.enrolment, maxConnections: 2 });
  const now = () => new Date();
  const report = (error: unknown) => void reports.push(error);
  const enrolmentServer = await startEnrolmentServer(
    {
      ...{ database: enrolments, now, refusedDrafts: new RefusedDrafts() },
      rules: new PolicyBook(enrolments, engine.policyRoots, { forChanges: true }),
    },
    0,
    report,
  );
  const enrolment = connectToEnrolment(`http://127.0.0.1:${String(enrolmentServer.port)}`);
  const serve = (port: number) =>
    startServer(
      {
        client,
        database,
        blobs,
        rules,
        enrolment,
        cache: new EvidenceCache(),
        publicOrigins: [],
        temporalUiUrl: '',
        now,
      },
      { port, ...options },
      report,
    );
  let server = await serve(0);
  const url = `http://127.0.0.1:${String(server.port)}`;
  const stackFile = join(dataDir, 'stack.json');
  await writeFile(
    stackFile,
    JSON.stringify({
      state: 'ready',
      apiUrl: url,
      temporalAddress: engine.temporal.address,
      namespace: 'default',
      dataDir,
    }),
  );
  await writeTokenOrigins(dataDir, url);
  const environment = {
    person: 'dev',
    stack: stackFile,
    pointerFile: join(dataDir, 'none.json'),
    colour: false,
    inherited: { PATH: process.env['PATH'] ?? '' },
  };
  const lane = (person: string, ...args: string[]) => runCaptured(['--as', person, ...args], environment);
  const start: ApiOnEngine['start'] = (person, ...args) => {
    const interrupt = new AbortController();
    let ended: Promise<LaneRun> | undefined;
    const all: string[] = [];
    const begun = new Promise<string>((resolve) => {
      const onPrint = (text: string) => {
        all.push(text);
        resolve(text);
      };
      const options = { signal: interrupt.signal, onPrint };
      ended = runCaptured(['--as', person, ...args], environment, options);
    });
    return begun.then((printed) => ({
      printed,
      soFar: () => all,
      interrupt: () => interrupt.abort(),
      ended: ended ?? Promise.reject(new Error('it did not start')),
    }));
  };
  return {
    url,
    lane,
    start,
    async json(person, ...args) {
      const run = await lane(person, ...args, '-o', 'json');
      return JSON.parse(run.stdout) as Record<string, unknown>;
    },
    clients: (person) => createClients(url, loadIdentity(findStack(stackFile, environment, dataDir), person).token),
    reports,
    async awayDuring(work) {
      const { port } = server;
      await server.close();
      await work();
      server = await serve(port);
    },
    async close() {
      await server.close();
      await enrolmentServer.close();
      await enrolments.close();
      await database.close();
    },
  };
}

/** Runs `lane` and captures its output; `onPrint` is called with each piece of data as it is printed. */
export async function runCaptured(
  argv: readonly string[],
  environment: Parameters<typeof runLane>[1]['environment'],
  {
    signal = new AbortController().signal,
    onPrint = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onPrint?: (text: string) => void } = {},
): Promise<LaneRun> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const terminal = {
    print(text: string) {
      stdout.push(text);
      onPrint(text);
    },
    note: (text: string) => void stderr.push(text),
    isInteractive: false,
    colours: pc.createColors(false),
    ask: () => Promise.resolve(''),
  };
  const code = await runLane(argv, { environment, terminal, signal });
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
}
