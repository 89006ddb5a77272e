import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Stage } from './stage.js';
import { baseEnvironment, root, until } from './tools.js';

/** The stack of the demo: the same programs as `npm start`, in a folder of its own. */
export interface DemoStack {
  readonly apiUrl: string;
  readonly temporalUiUrl: string;
  stop(): Promise<void>;
}

interface StackRecord {
  readonly pid: number;
  readonly state: string;
  readonly apiUrl: string;
  readonly temporalUiUrl: string;
}

/** Starts the stack on free ports and waits until it is ready. @throws with what it said when it is not in time */
export async function startStack(stage: Stage, dataDir: string): Promise<DemoStack> {
  stage.command('npm', 'start', '--', '--data', dataDir, '--no-default');
  const args = [
    join(root, 'dist', 'stack.js'),
    'start',
    '--data',
    dataDir,
    '--no-default',
    '--port-base',
    String(await freePort()),
  ];
  const child = spawn(process.execPath, args, { env: baseEnvironment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  try {
    const record = await until('the stack to be ready', 120_000, () => {
      if (child.exitCode !== null) throw new Error(`the stack ended: ${said}`);
      return Promise.resolve(readRecord(dataDir, child.pid));
    });
    return { ...record, stop: () => stopStack(child) };
  } catch (error) {
    await stopStack(child);
    throw error;
  }
}

function readRecord(dataDir: string, pid: number | undefined): StackRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackRecord;
    return record.pid === pid && record.state === 'ready' ? record : undefined;
  } catch {
    return undefined;
  }
}

async function stopStack(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/**
 * A port from which some consecutive ones are likely free: the system hands out such ports apart from well-known ones.
 */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? Math.min(address.port, 64_000) : 0));
    });
  });
}
