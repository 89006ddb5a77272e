import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PackageFile, readPackage } from './package-file.js';

/** What was found out about one service. */
export interface FoundService {
  readonly name: string;
  readonly path: string;
  readonly nodeMajor: number;
  readonly build: readonly string[];
  readonly entry: string;
  readonly health: string;
  readonly test: readonly string[];
  readonly route: boolean;
  /** Whether its entry file was found. */
  readonly isCertain: boolean;
  readonly doubts: readonly string[];
}

const usualEntries = ['server', 'index', 'main', 'app'].flatMap((name) =>
  ['', 'src/', 'dist/'].flatMap((folder) => ['mjs', 'js', 'cjs'].map((ending) => `${folder}${name}.${ending}`)),
);
const healthPaths = ['/healthz', '/health', '/readyz', '/ready', '/livez', '/ping', '/status'];
const minimumMajor = 18;
const junit = '--test-reporter=junit --test-reporter-destination="$JUNIT_FILE"';

/** Inspects the folder of a service. */
export function inspectService(folder: string, path: string, name: string): FoundService {
  const file = readPackage(folder);
  const entry = entryOf(folder, file);
  const health = healthOf(folder, entry);
  const test = testOf(folder, file);
  const hasLock = existsSync(join(folder, 'package-lock.json')) || existsSync(join(folder, 'npm-shrinkwrap.json'));
  const needsPackages = (file?.dependencies.length ?? 0) > 0;
  const install = hasLock ? ['npm ci'] : needsPackages ? ['npm install --no-audit --no-fund'] : [];
  const build = [...install, ...(file?.scripts['build'] === undefined ? [] : ['npm run build'])];
  return {
    name,
    path,
    nodeMajor: Math.max(minimumMajor, file?.nodeMajor ?? Number(process.versions.node.split('.')[0])),
    build,
    entry: entry ?? 'src/server.mjs',
    health: health ?? '/',
    // Tests run in a fresh copy of the commit, where nothing is installed yet.
    test: [...(needsPackages ? install : []), test.command],
    route: true,
    isCertain: entry !== undefined,
    doubts: [
      ...(file === undefined ? ['there is no package.json, but services are run by Node'] : []),
      ...(entry === undefined ? ['no entry file was found: set `entry`'] : []),
      ...(health === undefined
        ? ['no health check was found, so `/` is used: a path that answers 200 only when ready is better']
        : []),
      ...(needsPackages && !hasLock
        ? ['there is no package-lock.json: without one, two builds of a commit can differ (npm install writes it)']
        : []),
      ...(test.doubt === undefined ? [] : [test.doubt]),
    ],
  };
}

function entryOf(folder: string, file: PackageFile | undefined): string | undefined {
  const started = /\bnode\s+(?:-\S+\s+)*([\w@./-]+\.[cm]?js)\b/.exec(file?.scripts['start'] ?? '')?.[1];
  const named = [started, file?.main].filter((entry) => entry !== undefined).map((entry) => entry.replace(/^\.\//, ''));
  // The file may not exist before the build, so one that the start script names is trusted.
  if (started !== undefined && named[0] !== undefined) return named[0];
  return [...named, ...usualEntries].find((entry) => existsSync(join(folder, entry)));
}

/** The first usual health path that a source file of the service mentions. */
function healthOf(folder: string, entry: string | undefined): string | undefined {
  const sources = [entry, ...sourceFilesIn(join(folder, 'src')).map((name) => join('src', name))].filter(
    (name) => name !== undefined,
  );
  const text = sources.map((name) => readText(join(folder, name))).join('\n');
  return healthPaths.find((path) => new RegExp(`['"\`]${path}['"\`]`).test(text));
}

function testOf(folder: string, file: PackageFile | undefined): { readonly command: string; readonly doubt?: string } {
  const script = file?.scripts['test'] ?? '';
  const nodeTest = /\bnode\s+(?:-\S+\s+)*--test\b(.*)$/.exec(script);
  if (nodeTest !== null)
    return { command: `node --test ${junit}${(nodeTest[1] ?? '').replaceAll(/\s--test-reporter\S*/g, '').trimEnd()}` };
  if (/\bvitest\b/.test(script)) return { command: 'npx vitest run --reporter=junit --outputFile="$JUNIT_FILE"' };
  if (/\bmocha\b/.test(script)) return { command: 'npx mocha --reporter xunit --reporter-option output="$JUNIT_FILE"' };
  if (/\bjest\b/.test(script)) {
    return {
      command: 'JEST_JUNIT_OUTPUT_FILE="$JUNIT_FILE" npx jest --reporters=jest-junit',
      doubt: 'Jest writes JUnit through the package jest-junit: add it to devDependencies',
    };
  }
  const hasTests = ['test', 'tests'].some((name) => existsSync(join(folder, name)));
  const doubt = hasTests ? undefined : 'no tests were found: bronze needs a JUnit report with at least one passed test';
  return { command: `node --test ${junit}`, ...(doubt !== undefined && { doubt }) };
}

function sourceFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.includes('node_modules'))
    .slice(0, 200);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
