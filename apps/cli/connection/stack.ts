import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import type { CliEnvironment } from '../program/config.js';
import { requireOwnStack } from './trust.js';

/** A running stack, as its `stack.json` describes it. */
export interface Stack {
  /** The file that was read. */
  readonly file: string;
  /** What led to it: the flag, the variable, this folder or one above it, or the user's pointer file. */
  readonly foundBy: string;
  readonly state: string;
  readonly apiUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly namespace: string;
  readonly dataDir: string;
}

interface Candidate {
  readonly path: string;
  readonly foundBy: string;
  /** Whether it was named explicitly; its absence is then an error, not a reason to look elsewhere. */
  readonly named: boolean;
}

/**
 * Finds the stack: `--stack`, LANEKEEPER_STACK, `.lanekeeper/stack.json` in this folder or one above it, the user's
 * pointer file.
 *
 * @throws CONFIGURATION naming the paths that were tried, or why one that was found is not trusted
 */
export function findStack(flag: string | undefined, environment: CliEnvironment, cwd: string): Stack {
  const triedPaths: string[] = [];
  for (const candidate of candidates(flag, environment, cwd)) {
    const file = stackFileAt(candidate);
    if (file !== undefined) {
      const stack = readStack(file, candidate.foundBy);
      if (!candidate.named) requireOwnStack(stack, environment.inherited);
      return stack;
    }
    triedPaths.push(candidate.path);
    if (candidate.named) throw notFound(`${candidate.foundBy} names ${candidate.path}, which has no stack.json`);
  }
  throw notFound(`looked for ${triedPaths.join(', ')}`);
}

function* candidates(flag: string | undefined, environment: CliEnvironment, cwd: string): Generator<Candidate> {
  if (flag !== undefined) yield { path: resolve(cwd, flag), foundBy: '--stack', named: true };
  if (environment.stack !== undefined)
    yield { path: resolve(cwd, environment.stack), foundBy: 'LANEKEEPER_STACK', named: true };
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    yield { path: join(folder, '.lanekeeper', 'stack.json'), foundBy: 'this folder or one above it', named: false };
    if (folder === dirname(folder)) break;
  }
  const pointer = readJson(environment.pointerFile);
  const dataDir = textOf(pointer, 'dataDir');
  yield {
    path: dataDir === undefined ? environment.pointerFile : join(dataDir, 'stack.json'),
    foundBy: environment.pointerFile,
    named: false,
  };
}

/** The stack file at a path: the file itself, or the one in a folder that somebody has named. */
function stackFileAt({ path, named }: Candidate): string | undefined {
  const files = named && isFolder(path) ? [join(path, 'stack.json'), join(path, '.lanekeeper', 'stack.json')] : [path];
  return files.find((file) => textOf(readJson(file), 'apiUrl') !== undefined);
}

function readStack(file: string, foundBy: string): Stack {
  const value = readJson(file);
  const text = (name: string): string => {
    const found = textOf(value, name);
    if (found === undefined)
      throw new LanekeeperError('CONFIGURATION', {
        message: 'the stack file is incomplete',
        object: file,
        why: `it has no ${name}`,
        next: 'start the stack again: npm start',
      });
    return found;
  };
  return {
    file,
    foundBy,
    state: text('state'),
    apiUrl: text('apiUrl'),
    temporalAddress: text('temporalAddress'),
    temporalUiUrl: textOf(value, 'temporalUiUrl'),
    namespace: text('namespace'),
    dataDir: text('dataDir'),
  };
}

function notFound(why: string): LanekeeperError {
  return new LanekeeperError('CONFIGURATION', {
    message: 'no stack was found',
    why,
    next: 'start one with  npm start  in your clone of Lanekeeper, or name one: lane --stack FILE_OR_FOLDER …',
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : undefined;
}
