import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stage } from './stage.js';

/** The root of the clone. The build keeps import.meta.url pointing at the source file. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. The environment is only what it is given. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...baseEnvironment, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }),
    );
  });
}

const kept =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy|npm_config_(registry|cafile|userconfig|cache))$/i;
/** What programs inherit: where things are, never a secret. */
export const baseEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && kept.test(entry[0]),
  ),
);

/** The programs that the demo drives. Nothing of the product is imported: everything is seen from outside. */
export class Tools {
  readonly dataDir: string;
  readonly repository: string;
  readonly stage: Stage;
  private readonly paths: { readonly temporal: string; readonly cosign: string };

  constructor(stage: Stage, dataDir: string, repository: string) {
    this.stage = stage;
    this.dataDir = dataDir;
    this.repository = repository;
    this.paths = JSON.parse(readFileSync(join(root, 'dist', 'tools.json'), 'utf8')) as {
      temporal: string;
      cosign: string;
    };
  }

  /** Runs `lane`, told as a person would type it. */
  async lane(...args: readonly string[]): Promise<Ended> {
    this.stage.command('lane', ...args.filter((word, index) => word !== '-o' && args[index - 1] !== '-o'));
    return this.quietLane(...args);
  }

  /** Runs `lane` without telling. */
  quietLane(...args: readonly string[]): Promise<Ended> {
    return run(process.execPath, [join(root, 'bin', 'lane'), ...args], {
      cwd: this.repository,
      env: { LANEKEEPER_STACK: this.dataDir, NO_COLOR: '1' },
    });
  }

  /** Runs `lane` and reads its JSON. @throws with what it said when it failed */
  async laneJson<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(outputOf(await this.lane(...args, '-o', 'json'), `lane ${args.join(' ')}`)) as T;
  }

  /** Reads something back without telling. */
  async quietJson<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(outputOf(await this.quietLane(...args, '-o', 'json'), `lane ${args.join(' ')}`)) as T;
  }

  /** Runs a `temporal` command line as `lane` printed it. */
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

  /** Runs stock cosign on a bundle and the file that it is about. */
  cosign(...args: readonly string[]): Promise<Ended> {
    return run(this.paths.cosign, args, { cwd: this.repository });
  }
}

function outputOf(ended: Ended, what: string): string {
  if (ended.code !== 0) throw new Error(`${what} ended with ${String(ended.code)}: ${ended.stderr.trim()}`);
  return ended.stdout;
}

/** Waits until `look` finds something. @throws naming what was waited for */
export async function until<T>(what: string, withinMs: number, look: () => Promise<T | undefined>): Promise<T> {
  for (
    const deadline = Date.now() + withinMs;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited ${Math.round(withinMs / 1_000)} s in vain for ${what}`);
}
