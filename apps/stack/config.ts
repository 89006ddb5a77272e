import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { policyRootsVariable } from '../../core/governance/pins.js';
import { readJsonFile } from '../../adapters/files/json-file.js';

const commands = ['start', 'stop', 'status', 'migrate'] as const;
export type StackCommand = (typeof commands)[number];

/** Our own programs, each in a process of its own. */
export type Program = 'worker' | 'api' | 'router' | 'enrolment';

/** What the stack command was asked to do, from its arguments and the environment; read here and nowhere else. */
export interface StackConfig {
  readonly command: StackCommand;
  readonly dataDir: string;
  /** The first of the ports to use; undefined when it was not specified. */
  readonly portBase: number | undefined;
  /** Whether this stack becomes the one that `lane` uses by default. */
  readonly isDefault: boolean;
  readonly pointerFile: string;
  /** Policies to install in addition to those that Lanekeeper brings, or in their place. */
  readonly policiesDir: string;
  /** What is pinned by the environment. */
  readonly policyRoots: string | undefined;
  /** The URL of an external PostgreSQL, for a role that may create roles and tables. */
  readonly externalDatabaseUrl: string | undefined;
  /** The address of an external Temporal. */
  readonly externalTemporalAddress: string | undefined;
  readonly namespace: string;
  /** The standard TEMPORAL_* variables (TLS, API key, profile), passed on when Temporal is external. */
  readonly temporalVariables: Readonly<Record<string, string>>;
  readonly temporalPath: string;
  /** Variables that children may inherit. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly version: string;
  /** Whether builds may run without containment where the machine offers none. */
  readonly acceptUncontained: boolean;
  /** The bubblewrap that set-up has fetched; undefined when the one on PATH is to be used. */
  readonly bubblewrapPath: string | undefined;
  /** Files and folders that builds may read besides those of the system and of Node, separated by colons. */
  readonly buildReadable: string | undefined;
  /** The files of our own programs. */
  readonly programs: Readonly<Record<Program, string>>;
  /** Under which origins people reach the servers besides loopback, separated by commas. */
  readonly publicOrigins: string;
  /** The tenant to found, and the file that names its first principals. */
  readonly tenant: string | undefined;
  readonly foundersFile: string | undefined;
}

/** The root of the clone, from the source tree as well as from dist/. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The policies that Lanekeeper brings. */
export const shippedPolicies = join(repositoryRoot, 'policies');

const usage =
  'usage: stack start|stop|status [--data DIR] [--port-base N] [--no-default] [--uncontained]\n       stack migrate [--data DIR] [--tenant NAME --founders FILE]';

/** Reads arguments and environment. @throws CONFIGURATION */
export function readStackConfig(argv: readonly string[]): StackConfig {
  const env = process.env;
  const { values, positionals } = parse(argv);
  const command = commands.find((name) => name === positionals[0]);
  if (positionals.length !== 1 || command === undefined) throw misuse('exactly one command is required');
  const portBase = values['port-base'] === undefined ? undefined : Number(values['port-base']);
  if (portBase !== undefined && !(Number.isInteger(portBase) && portBase >= 1024 && portBase <= 65_000))
    throw misuse('--port-base must be a whole number from 1024 to 65000');
  const configHome = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return {
    command,
    dataDir: resolve(values.data ?? env['LANEKEEPER_DATA'] ?? join(repositoryRoot, '.lanekeeper')),
    portBase,
    isDefault: values['no-default'] !== true,
    pointerFile: join(configHome, 'lanekeeper', 'stack.json'),
    policiesDir: resolve(env['LANEKEEPER_POLICIES'] ?? shippedPolicies),
    policyRoots: env[policyRootsVariable],
    externalDatabaseUrl: nonEmpty(env['DATABASE_URL']),
    externalTemporalAddress: nonEmpty(env['TEMPORAL_ADDRESS']),
    namespace: nonEmpty(env['TEMPORAL_NAMESPACE']) ?? 'default',
    temporalVariables: select(env, /^TEMPORAL_/),
    temporalPath: findTool('temporal') ?? 'temporal',
    acceptUncontained: values.uncontained === true || env['LANEKEEPER_UNCONTAINED'] === 'yes',
    bubblewrapPath: nonEmpty(env['LANEKEEPER_BWRAP']) ?? findTool('bwrap'),
    buildReadable: nonEmpty(env['LANEKEEPER_BUILD_READABLE']),
    inherited: select(env, inheritedNames),
    version: packageVersion(),
    programs: { worker: built('worker'), api: built('api'), router: built('router'), enrolment: built('enrolment') },
    publicOrigins: env['LANEKEEPER_PUBLIC_ORIGINS'] ?? '',
    tenant: values.tenant,
    foundersFile: values.founders,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        'port-base': { type: 'string' },
        'no-default': { type: 'boolean' },
        uncontained: { type: 'boolean' },
        tenant: { type: 'string' },
        founders: { type: 'string' },
      },
    });
  } catch (error) {
    throw misuse(messageOf(error));
  }
}

function misuse(why: string): LanekeeperError {
  return new LanekeeperError('CONFIGURATION', { message: 'the stack command was not understood', why, next: usage });
}

/** The program that set-up found; undefined when set-up did not look for it. */
function findTool(name: string): string | undefined {
  const tools = readJsonFile(join(repositoryRoot, 'dist', 'tools.json'));
  const path: unknown = typeof tools === 'object' && tools !== null ? Reflect.get(tools, name) : undefined;
  return typeof path === 'string' ? path : undefined;
}

function built(program: Program): string {
  return join(repositoryRoot, 'dist', `${program}.js`);
}

function packageVersion(): string {
  const value: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : 'unknown';
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

// What programs need to find files, speak the user's language, reach the network and trust its certificates; everything
// else is excluded.
const inheritedNames =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy|LANEKEEPER_(NPM_CACHE|HEALTH_DEADLINE_MS)|npm_config_(registry|cafile|userconfig|globalconfig|cache|nodedir))$/i;

function select(env: NodeJS.ProcessEnv, names: RegExp): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && names.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
