import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** What commands need that is not where the system has its own: programs and certificates. */
export interface Toolchain {
  /** Files and folders to show. */
  readonly readable: readonly string[];
  /** The environment, in which the Node of the worker is the first on PATH, and certificates are named without links. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Variables that name a file or folder with certificates. */
const certificates = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'npm_config_cafile'];

/**
 * What commands with this environment need. `userConfig` is the user's own configuration file of npm, which may name
 * certificates too; `more` are folders that the operator wants to be readable.
 */
export function toolchainOf(
  environment: Readonly<Record<string, string>>,
  userConfig?: string,
  more: readonly string[] = [],
): Toolchain {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const bin = dirname(realOf(process.execPath) ?? process.execPath);
  const isFirst = folders.find((folder) => existsSync(join(folder, 'node'))) === bin;
  const named = certificates.flatMap((name) => {
    const real = realOf(environment[name]);
    return real === undefined ? [] : [[name, real] as const];
  });
  const readable = [
    ...installationIn(bin),
    ...folders.flatMap((folder) => npmBehind(join(folder, 'npm'))),
    ...named.map(([, path]) => path),
    realOf(userConfig && certificatesIn(userConfig)),
    ...more.map(realOf),
  ].filter((path) => path !== undefined);
  return {
    readable: [...new Set(readable)],
    environment: {
      ...environment,
      ...Object.fromEntries(named),
      PATH: (isFirst ? folders : [bin, ...folders]).join(delimiter),
    },
  };
}

/** The programs and packages of the Node that is installed around a folder, such as that of a version manager. */
function installationIn(bin: string): string[] {
  const packages = join(dirname(bin), 'lib', 'node_modules');
  return existsSync(join(packages, 'npm')) ? [bin, packages] : [join(bin, 'node')];
}

/** npm, where PATH leads to it: the link and the package behind it. */
function npmBehind(link: string): string[] {
  const real = realOf(link);
  if (real === undefined) return [];
  const folder = dirname(dirname(real));
  return existsSync(join(folder, 'package.json')) ? [folder] : [];
}

/** The file of certificates that a configuration file of npm names. */
function certificatesIn(config: string): string | undefined {
  try {
    return /^\s*cafile\s*=\s*"?([^"\n]+?)"?\s*$/m.exec(readFileSync(config, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function realOf(path: string | undefined): string | undefined {
  try {
    return path === undefined || path === '' ? undefined : realpathSync(path);
  } catch {
    return undefined;
  }
}
