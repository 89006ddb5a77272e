import { LanekeeperError } from '../../core/errors.js';
import { type ProcessResult, runProcess } from '../process/run-process.js';

/** What every call to git needs. */
export interface GitContext {
  /** The environment of the child, see `childEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What is kept of what git prints, unless the caller says otherwise. */
const defaultMaxStdoutBytes = 64 * 1024 * 1024;

/** What git may talk to a repository over. Helpers that run a command of their own are not among it. */
const protocols = 'file:https:ssh';

/**
 * Variables that keep out what others say about objects: the configuration of the machine and of the user, replacements,
 * grafts, and servers from which missing objects would be fetched.
 */
export const neutralVariables: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: protocols,
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
};

/** Settings for git itself, which come before those of any repository. */
export const neutralSettings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.useReplaceRefs=false',
  'protocol.ext.allow=never',
  'maintenance.auto=false',
  'gc.auto=0',
];

/** The same settings as options. */
export function settingOptions(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['-c', setting]);
}

/**
 * Runs git in a bare repository of ours. Nothing that a machine, a user or another repository has configured plays a part.
 * @throws TIMED_OUT, UNAVAILABLE
 */
export async function runGit(
  gitDir: string,
  args: readonly string[],
  context: GitContext,
  maxStdoutBytes = defaultMaxStdoutBytes,
): Promise<ProcessResult> {
  return run('git', [...gitOptions(gitDir), ...args], args[0] ?? '', gitDir, context, maxStdoutBytes);
}

/** Runs git with a file as its input and another as its output, for what is too much for memory. */
export async function runGitOnFiles(
  gitDir: string,
  args: readonly string[],
  files: { readonly input: string; readonly output: string },
  context: GitContext,
): Promise<ProcessResult> {
  const script = 'input=$1 output=$2; shift 2; exec git "$@" <"$input" >"$output"';
  const words = ['-c', script, 'sh', files.input, files.output, ...gitOptions(gitDir), ...args];
  return run('/bin/sh', words, args[0] ?? '', gitDir, context, defaultMaxStdoutBytes);
}

function gitOptions(gitDir: string): string[] {
  return ['--no-pager', `--git-dir=${gitDir}`, ...settingOptions(neutralSettings)];
}

async function run(
  command: string,
  args: readonly string[],
  what: string,
  cwd: string,
  context: GitContext,
  maxStdoutBytes: number,
): Promise<ProcessResult> {
  const result = await runProcess({
    ...{ command, args, cwd, maxStdoutBytes, timeoutMs: context.timeoutMs },
    env: { ...context.env, ...neutralVariables, LC_ALL: 'C' },
    ...(context.signal && { signal: context.signal }),
  });
  if (!result.timedOut) return result;
  throw new LanekeeperError('TIMED_OUT', {
    message: `git ${what} took longer than ${String(context.timeoutMs)} ms`,
    object: cwd,
  });
}

/** The last line that git printed, for people. */
export function lastLine(result: ProcessResult): string {
  return (result.tail.trim().split('\n').at(-1) ?? '').slice(0, 300);
}
