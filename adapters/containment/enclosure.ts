import { lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a contained command can reach besides the system's own programs. All paths are absolute and without links. */
export interface Enclosure {
  /** Where it starts. */
  readonly cwd: string;
  /** Folders that it may change. */
  readonly writable: readonly string[];
  /** Files and folders that it may read. */
  readonly readable: readonly string[];
  /** Whether it may use the network of the machine; otherwise it has a loopback interface of its own, and nothing else. */
  readonly network: boolean;
  /** An empty folder on which a file system can be put together. */
  readonly mountPoint: string;
}

/** Programs and libraries. What is a link on this machine is the same link in the enclosure. */
const programs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store', '/gnu/store'];

/** What programs look up: libraries, names, certificates, time zone. No password, no private key, no setting of a service. */
const settings = [
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'localtime', 'os-release'],
  ...['passwd', 'group', 'nsswitch.conf', 'hosts', 'host.conf', 'resolv.conf', 'gai.conf', 'services', 'protocols'],
  ...['ssl/certs', 'ssl/cert.pem', 'ssl/openssl.cnf', 'ca-certificates', 'ca-certificates.conf', 'crypto-policies'],
  ...['pki/tls/certs', 'pki/tls/cert.pem', 'pki/tls/openssl.cnf', 'pki/ca-trust/extracted', 'mime.types'],
].map((name) => `/etc/${name}`);

/** The part of the file system that every enclosure has, read-only. */
export interface SystemView {
  readonly folders: readonly string[];
  /** Links at the root of the file system, such as /bin, and where each leads. */
  readonly links: readonly (readonly [path: string, target: string])[];
}

/** What of {@link programs} and {@link settings} this machine has. */
export function systemView(): SystemView {
  const folders: string[] = [];
  const links: [string, string][] = [];
  for (const path of [...programs, ...settings]) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    // Below /etc, what a link leads to is shown in its place: it may be in a folder that the enclosure does not have.
    if (found.isSymbolicLink() && dirname(path) === '/') links.push([path, readlinkSync(path)]);
    else folders.push(path);
  }
  return { folders, links };
}

/** Whether a path is inside of one of these folders, or one of them. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`));
}

/** The folders above a path, the outermost first. */
export function foldersAbove(path: string): string[] {
  const above: string[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) above.unshift(folder);
  return above;
}
