import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Stage } from './stage.js';

/** The root of the clone. The build keeps import.meta.url pointing at the source file. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where set-up says which programs it has found. */
export const toolsFile = join(root, 'dist', 'tools.json');

const laneProgram = join(root, 'bin', 'lane');

/** The result of a program. */
export interface Ended {
  /** `undefined` when a signal killed it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to completion, with `baseEnvironment` and `env` alone. @throws when it cannot be started */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const { cwd, env } = options;
  const ended = await execa(command, args, {
    ...{ env: { ...baseEnvironment, ...env }, extendEnv: false, ...(cwd !== undefined && { cwd }) },
    ...{ stdin: 'ignore', stripFinalNewline: false, reject: false },
  });
  const { exitCode, signal, stdout, stderr } = ended;
  if (exitCode === undefined && signal === undefined) throw new Error(ended.shortMessage);
  return { code: exitCode, stdout, stderr };
}

const kept =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy|npm_config_(registry|cafile|userconfig|cache))$/i;
/** The environment that programs inherit: locations, never a secret. */
export const baseEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && kept.test(entry[0]),
  ),
);

/** The programs that the demo drives. It imports nothing of the product: everything is observed from the outside. */
export class Tools {
  readonly dataDir: string;
  readonly repository: string;
  readonly stage: Stage;
  /** How long to wait for each thing: a limit for what is stuck, never for what is slow. */
  readonly patienceMs: number;
  private readonly paths: { readonly temporal: string; readonly cosign: string };

  constructor(stage: Stage, folder: string, patienceMs: number) {
    this.stage = stage;
    this.dataDir = join(folder, 'data');
    this.repository = join(folder, 'agents-runtime');
    this.patienceMs = patienceMs;
    const text = readFileSync(toolsFile, 'utf8');
    this.paths = JSON.parse(text) as { temporal: string; cosign: string };
  }

  /** Polls until `check` returns something. @throws an error that names `what` when patience runs out */
  async until<T>(what: string, check: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + this.patienceMs;
    while (Date.now() < deadline) {
      const found = await check();
      if (found !== undefined) return found;
      await delay(50);
    }
    throw new Error(`timed out after ${Math.round(this.patienceMs / 1_000)} s waiting for ${what}`);
  }

  /** Runs `lane` and prints the command as a person would type it. */
  async lane(...args: readonly string[]): Promise<Ended> {
    this.stage.command('lane', ...args.filter((word, index) => word !== '-o' && args[index - 1] !== '-o'));
    return this.quietLane(...args);
  }

  /** Runs `lane` without printing the command. */
  quietLane(...args: readonly string[]): Promise<Ended> {
    return run(process.execPath, [laneProgram, ...args], this.laneOptions);
  }

  /** Starts a long-running `lane` command, such as `lane watch`, and collects the lines that it prints. */
  followLane(...args: readonly string[]): { readonly lines: readonly string[]; stop(): void } {
    const { cwd, env } = this.laneOptions;
    const options = { cwd, env: { ...baseEnvironment, ...env }, extendEnv: false, reject: false } as const;
    const child = execa(process.execPath, [laneProgram, ...args], { ...options, stdin: 'ignore', stderr: 'ignore' });
    const lines: string[] = [];
    const collect = async (): Promise<void> => {
      for await (const line of child) lines.push(line);
    };
    // The output ends with the command, whatever its exit code.
    collect().catch(() => undefined);
    return { lines, stop: () => void child.kill() };
  }

  private get laneOptions(): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } {
    return { cwd: this.repository, env: { LANEKEEPER_STACK: this.dataDir, NO_COLOR: '1' } };
  }

  /** Runs `lane` and parses its JSON. @throws with its error output when it fails */
  async laneJson<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(outputOf(await this.lane(...args, '-o', 'json'), `lane ${args.join(' ')}`)) as T;
  }

  /** Like `laneJson`, without printing the command. */
  async quietJson<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(outputOf(await this.quietLane(...args, '-o', 'json'), `lane ${args.join(' ')}`)) as T;
  }

  /** Runs a `temporal` command line that `lane` printed. */
  async temporal(command: readonly string[]): Promise<Ended> {
    this.stage.command(...command);
    return run(this.paths.temporal, command.slice(1), { cwd: this.repository });
  }

  async git(...args: readonly string[]): Promise<string> {
    this.stage.command('git', ...args.filter((word, index) => word !== '-c' && args[index - 1] !== '-c'));
    const ended = await run('git', args, {
      cwd: this.repository,
      env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    });
    if (ended.code !== 0) throw new Error(`git ${args.join(' ')}: ${ended.stderr.trim()}`);
    return ended.stdout.trim();
  }

  /** Commits everything, as the named author of the product. */
  async commit(message: string): Promise<void> {
    await this.git('add', '--all');
    const author = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com'];
    await this.git(...author, 'commit', '--quiet', '--message', message);
  }

  /** Runs stock cosign. */
  cosign(...args: readonly string[]): Promise<Ended> {
    return run(this.paths.cosign, args, { cwd: this.repository });
  }
}

function outputOf(ended: Ended, what: string): string {
  if (ended.code !== 0) throw new Error(`${what} exited with code ${String(ended.code)}: ${ended.stderr.trim()}`);
  return ended.stdout;
}
