import { type Digest, isDigest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { ContentStore } from '../content-store/content-store.js';
import { applicationFolder, convention, label, mediaType } from './convention.js';

/** An image of our convention, read and checked; its layers are not read yet. */
export interface ImageDescription {
  /** The file that `node` starts, relative to the application folder. */
  readonly entry: string;
  readonly nodeMajor: number;
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly layers: readonly Digest[];
}

const maxJsonBytes = 1024 * 1024;
const maxLayers = 32;

/**
 * Reads manifest and configuration of an image.
 * @throws IMAGE_UNSUPPORTED when it does not follow the convention; BLOB_MISSING, BLOB_CORRUPT
 */
export async function readImage(store: ContentStore, manifestDigest: Digest): Promise<ImageDescription> {
  const refuse = (why: string): never => {
    throw unsupported(manifestDigest, why);
  };
  const manifest = record(await readJson(store, manifestDigest, refuse)) ?? refuse('its manifest is not a JSON object');
  if (manifest['mediaType'] !== mediaType.manifest) refuse(`its manifest is not of type ${mediaType.manifest}`);
  const configDigest = record(manifest['config'])?.['digest'];
  if (!isDigest(configDigest)) return refuse('its manifest names no configuration');
  const layers =
    layersOf(manifest['layers']) ?? refuse(`its layers are not 1 to ${String(maxLayers)} uncompressed tar layers`);
  const config =
    record(record(await readJson(store, configDigest, refuse))?.['config']) ?? refuse('it has no configuration');
  const labels = labelsOf(config['Labels']);
  if (labels[label.convention] !== convention) refuse(`its label ${label.convention} is not ${convention}`);
  if (config['WorkingDir'] !== `/${applicationFolder}`) refuse(`its working directory is not /${applicationFolder}`);
  const entry = entryOf(config['Entrypoint']) ?? refuse('its entry point is not `node` and a file of the application');
  const nodeMajor = Number(labels[label.node]);
  if (!Number.isInteger(nodeMajor) || nodeMajor < 1) refuse(`its label ${label.node} does not name a version of Node`);
  const health = labels[label.health];
  if (health === undefined || !health.startsWith('/')) return refuse(`its label ${label.health} is not a path`);
  return { entry, nodeMajor, health, labels, layers };
}

/** The refusal of an image that does not follow the convention. */
export function unsupported(image: Digest, why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'IMAGE_UNSUPPORTED',
    {
      message: 'the image cannot be run here',
      object: `image ${image}`,
      why,
      next: 'build it with `lane release`, which follows the convention in docs/product-file.md',
    },
    { cause },
  );
}

async function readJson(store: ContentStore, digest: Digest, refuse: (why: string) => never): Promise<unknown> {
  const bytes = await store.get(digest, maxJsonBytes);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return refuse(`blob ${digest} is not JSON`);
  }
}

function layersOf(value: unknown): Digest[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxLayers) return undefined;
  const digests: Digest[] = [];
  for (const layer of value) {
    const { mediaType: type, digest } = record(layer) ?? {};
    if (type !== mediaType.layer || !isDigest(digest)) return undefined;
    digests.push(digest);
  }
  return digests;
}

function labelsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function entryOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length !== 2 || value[0] !== 'node') return undefined;
  const entry: unknown = value[1];
  const plain = typeof entry === 'string' && /^[\w@.][\w@./-]*$/.test(entry) && !entry.split('/').includes('..');
  return plain ? entry : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
