import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.js';
import { hexOf } from '../../core/digest.js';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { npmJson, type RunNpm } from '../process/npm.js';

/** A bill of materials. */
export interface Sbom {
  readonly format: 'SPDX' | 'CycloneDX';
  readonly specVersion: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** What the bill of materials of an image is made from. */
export interface SbomInput {
  /** The application folder of an unpacked image, a copy made for this: its package.json is changed. */
  readonly folder: string;
  readonly service: string;
  readonly image: Digest;
  /** RFC 3339: used instead of the current time, so that the same image always has the same SBOM. */
  readonly createdAt: string;
}

/**
 * Bills of materials of what is in an unpacked image, by `npm sbom`. npm prints a random serial number, the current
 * time and the name of the folder; they are replaced by values from the image, its commit and its service.
 * @throws BUILD_FAILED when npm finds the installed packages broken
 */
export async function npmSboms(input: SbomInput, runNpm: RunNpm): Promise<Sbom[]> {
  await dropDevDependencies(input);
  return documentsOf(input.folder, [], `list the packages in the image of ${input.service}`, runNpm, {
    name: input.service,
    artifact: input.image,
    createdAt: input.createdAt,
    component: { type: 'application', name: input.service },
  });
}

/** What the bill of materials of a package is made from. */
export interface PackageSbomInput {
  /** A folder with nothing but the package.json of the package and its lockfile. */
  readonly folder: string;
  /** The SDK that the package is. */
  readonly sdk: string;
  readonly packageName: string;
  readonly archive: Digest;
  /** RFC 3339: used instead of the current time, so that the same package always has the same SBOM. */
  readonly createdAt: string;
}

/**
 * Bills of materials of what a package needs where it is installed, as its lockfile says. Nothing has to be installed, and
 * no registry is asked.
 * @throws BUILD_FAILED when package.json and lockfile contradict each other
 */
export async function npmPackageSboms(input: PackageSbomInput, runNpm: RunNpm): Promise<Sbom[]> {
  const args = ['--package-lock-only', '--omit=dev'];
  return documentsOf(input.folder, args, `list the dependencies of SDK ${input.sdk}`, runNpm, {
    name: input.sdk,
    artifact: input.archive,
    createdAt: input.createdAt,
    component: { type: 'library', name: input.packageName },
  });
}

/** What replaces the values that npm makes up. */
interface Stable {
  readonly name: string;
  readonly artifact: Digest;
  readonly createdAt: string;
  readonly component: { readonly type: 'application' | 'library'; readonly name: string };
}

async function documentsOf(
  folder: string,
  args: readonly string[],
  what: string,
  runNpm: RunNpm,
  stable: Stable,
): Promise<Sbom[]> {
  const documentOf = async (format: string): Promise<Record<string, unknown>> =>
    record(npmJson(await runNpm(folder, ['sbom', ...args, '--sbom-format', format]), what));
  return [spdxOf(await documentOf('spdx'), stable), cycloneDxOf(await documentOf('cyclonedx'), stable)];
}

/**
 * Removes the development dependencies from package.json. npm reports those that are declared but not installed as
 * missing, although an image should have none, and omits those that are in an image all the same.
 */
async function dropDevDependencies(input: SbomInput): Promise<void> {
  const path = join(input.folder, 'package.json');
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new LanekeeperError(
      'BUILD_FAILED',
      {
        message: `the image of service ${input.service} has no package.json`,
        object: `service ${input.service}`,
        why: 'its packages cannot be listed without one',
        next: 'add a package.json with a name and a version to the folder of the service',
      },
      { cause: error },
    );
  });
  const { devDependencies: _development, ...rest } = parsePackage(content, input.service);
  await writeFile(path, JSON.stringify(rest));
}

function parsePackage(content: string, service: string): Record<string, unknown> {
  try {
    return record(JSON.parse(content));
  } catch (error) {
    throw new LanekeeperError(
      'BUILD_FAILED',
      {
        message: `package.json in the image of service ${service} is not valid JSON`,
        object: `service ${service}`,
        why: messageOf(error),
        next: 'correct package.json, commit, and release again',
      },
      { cause: error },
    );
  }
}

function spdxOf(document: Record<string, unknown>, input: Stable): Sbom {
  const stable = {
    ...document,
    documentNamespace: `https://lanekeeper.dev/spdx/${input.name}-${uuidOf(`spdx ${input.artifact}`)}`,
    creationInfo: { ...record(document['creationInfo']), created: withoutFraction(input.createdAt) },
  };
  return { format: 'SPDX', specVersion: text(document['spdxVersion']).replace(/^SPDX-/, ''), document: stable };
}

function cycloneDxOf(document: Record<string, unknown>, input: Stable): Sbom {
  const metadata = record(document['metadata']);
  const stable = {
    ...document,
    serialNumber: `urn:uuid:${uuidOf(`cyclonedx ${input.artifact}`)}`,
    metadata: {
      ...metadata,
      timestamp: withoutFraction(input.createdAt),
      component: { ...record(metadata['component']), ...input.component },
    },
  };
  return { format: 'CycloneDX', specVersion: text(document['specVersion']), document: stable };
}

/** A UUID derived from content (version 8, RFC 9562). */
function uuidOf(content: string): string {
  const hex = hexOf(digestOf(content));
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Both formats require whole seconds. */
function withoutFraction(instant: string): string {
  return instant.replace(/\.\d+Z$/, 'Z');
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
