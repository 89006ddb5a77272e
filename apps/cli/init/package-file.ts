import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of a package.json that say how a service is built, started and tested. */
export interface PackageFile {
  readonly name: string | undefined;
  readonly main: string | undefined;
  /** The lowest major version of Node that `engines` allows. */
  readonly nodeMajor: number | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
}

/** Reads the package.json of a folder; undefined when it is missing or unreadable. */
export function readPackage(folder: string): PackageFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const engine = textsIn(fieldOf(value, 'engines'))['node'];
  const major = /(\d+)/.exec(engine ?? '')?.[1];
  return {
    name: textOf(fieldOf(value, 'name')),
    main: textOf(fieldOf(value, 'main')),
    nodeMajor: major === undefined ? undefined : Number(major),
    scripts: textsIn(fieldOf(value, 'scripts')),
    dependencies: ['dependencies', 'devDependencies'].flatMap((name) => Object.keys(textsIn(fieldOf(value, name)))),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
