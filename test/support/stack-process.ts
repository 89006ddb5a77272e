import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { commandLineOf } from '../../adapters/process/command-line.js';
import { isPortFree } from '../../adapters/network/free-port.js';
import { identify } from '../../adapters/process/identity.js';
import { readStackRecord, type StackRecord } from '../../apps/stack/stack-file.js';
import { onTestFinished } from './clean-up.js';
import { dataFolder } from './data-folder.js';

const dist = join(import.meta.dirname, '../../dist');

/** The supervisor of a stack. */
export interface Supervisor {
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** How it ended: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | undefined>;
}

/** A separate stack for one test: the real programs, in a data folder that is removed afterwards. */
export interface TestStack {
  readonly dataDir: string;
  /** Starts it and waits until it is ready. */
  start(): Promise<Supervisor>;
  /** Runs `stack <args>` on the data folder to its end. */
  run(...args: string[]): { code: number | undefined; output: string };
  record(): StackRecord;
  pidOf(child: string): number;
  /** Command lines of all processes that use the data folder. */
  processes(): string[];
  /** Stops everything that it started and removes the data folder. */
  close(): Promise<void>;
}

/** Prepares a stack on free ports for one test; it is closed when the test ends, even if it fails. */
export async function testStack(): Promise<TestStack> {
  const stack = await prepareStack();
  onTestFinished(() => stack.close());
  return stack;
}

/**
 * Prepares a stack on free ports. The caller closes it.
 *
 * @param program the file of the stack command
 */
export async function prepareStack(program = join(dist, 'stack.js')): Promise<TestStack> {
  const dataDir = await dataFolder();
  const base = await freeBase();
  const common = ['--data', dataDir, '--no-default'];
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  let output = '';
  const record = (): StackRecord => {
    const found = readStackRecord(dataDir);
    if (found === undefined) throw new Error(`there is no stack.json; its output:\n${output}`);
    return found;
  };
  const run = (...args: string[]) => {
    const { exitCode, all } = execaSync(process.execPath, [program, ...args, ...common], {
      env: environment,
      extendEnv: false,
      all: true,
      reject: false,
    });
    return { code: exitCode, output: all };
  };
  let first = true;
  return {
    dataDir,
    run,
    record,
    async start() {
      const child = execa(
        process.execPath,
        [program, 'start', ...common, ...(first ? ['--port-base', String(base)] : [])],
        { env: environment, extendEnv: false, stdin: 'ignore', all: true, reject: false },
      );
      first = false;
      child.all.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const supervisor: Supervisor = {
        kill: (signal) => void child.kill(signal),
        ended: child.then(({ exitCode, signal }) => signal ?? exitCode),
      };
      const deadline = Date.now() + 60_000;
      for (;;) {
        const seen = readStackRecord(dataDir);
        if (seen?.pid === child.pid && seen?.state === 'ready') return supervisor;
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`the stack did not become ready:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    pidOf: (name) => record().children.find((child) => child.name === name)?.pid ?? 0,
    processes: () => processesNaming(dataDir),
    async close() {
      run('stop');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * The first of some free ports, below the ephemeral range: another program might take an ephemeral port before the
 * stack starts.
 */
async function freeBase(): Promise<number> {
  for (;;) {
    const base = 12_000 + Math.floor(Math.random() * 80) * 100;
    if (await isPortFree(base)) return base;
  }
}

function processesNaming(text: string): string[] {
  if (process.platform !== 'linux')
    return execaSync('ps', ['-axo', 'args='], { lines: true }).stdout.filter((line) => line.includes(text));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && identify(Number(name)) !== undefined)
    .map((name) => `${commandLineOf(Number(name))} ${environmentOf(name)}`)
    .filter((line) => line.includes(text));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
