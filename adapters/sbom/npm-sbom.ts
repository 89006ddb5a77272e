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

/** What a bill of materials is made from. */
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
  const documentOf = async (format: string): Promise<Record<string, unknown>> => {
    const args = ['sbom', '--sbom-format', format];
    return record(npmJson(await runNpm(input.folder, args), `list the packages in the image of ${input.service}`));
  };
  return [spdxOf(await documentOf('spdx'), input), cycloneDxOf(await documentOf('cyclonedx'), input)];
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

function spdxOf(document: Record<string, unknown>, input: SbomInput): Sbom {
  const stable = {
    ...document,
    documentNamespace: `https://lanekeeper.dev/spdx/${input.service}-${uuidOf(`spdx ${input.image}`)}`,
    creationInfo: { ...record(document['creationInfo']), created: withoutFraction(input.createdAt) },
  };
  return { format: 'SPDX', specVersion: text(document['spdxVersion']).replace(/^SPDX-/, ''), document: stable };
}

function cycloneDxOf(document: Record<string, unknown>, input: SbomInput): Sbom {
  const metadata = record(document['metadata']);
  const stable = {
    ...document,
    serialNumber: `urn:uuid:${uuidOf(`cyclonedx ${input.image}`)}`,
    metadata: {
      ...metadata,
      timestamp: withoutFraction(input.createdAt),
      component: { ...record(metadata['component']), type: 'application', name: input.service },
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
