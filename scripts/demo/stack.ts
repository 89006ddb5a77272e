import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { baseEnvironment, root, type Tools } from './tools.js';

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

/**
 * Starts the stack on free ports and waits until it is ready.
 * @throws with its output when it exits instead or does not become ready in time
 */
export async function startStack(tools: Tools, more: readonly string[] = []): Promise<DemoStack> {
  const { dataDir } = tools;
  tools.stage.command('npm', 'start', '--', '--data', dataDir, '--no-default', ...more);
  const start = [join(root, 'dist', 'stack.js'), 'start', '--data', dataDir, '--no-default', ...more];
  const args = [...start, '--port-base', String(await freePort())];
  const child = execa(process.execPath, args, {
    ...{ env: baseEnvironment, extendEnv: false, reject: false, stdin: 'ignore', all: true, buffer: false },
  });
  let output = '';
  child.all.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-4_000);
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await child;
  };
  try {
    const record = await tools.until('the stack to be ready', () => {
      if (child.exitCode !== null) throw new Error(`the stack exited: ${output}`);
      return Promise.resolve(readRecord(dataDir, child.pid));
    });
    return { ...record, stop };
  } catch (error) {
    await stop();
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

/**
 * A free port below the ephemeral range, so that the ports after it are likely to stay free until the stack starts.
 */
async function freePort(): Promise<number> {
  const port = 12_000 + Math.floor(Math.random() * 80) * 100;
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return isFree ? port : freePort();
}
