import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import type { ListedFile } from '../archive/list-files.js';
import { packTar } from '../archive/pack-tar.js';
import type { ContentStore, StoredBlob } from '../content-store/content-store.js';
import { applicationFolder, convention, label, mediaType } from './convention.js';

/** What goes into an image. */
export interface ImageContent {
  /** The name of the service. */
  readonly title: string;
  /** The commit, 40 hex digits. */
  readonly revision: string;
  /** Files of `node_modules`, named relative to the application. */
  readonly dependencies: readonly ListedFile[];
  /** The application's own files, named relative to it. */
  readonly application: readonly ListedFile[];
  /** The file that `node` starts, relative to the application. */
  readonly entry: string;
  readonly nodeMajor: number;
  readonly health: string;
}

/** An image in the content store. */
export interface BuiltImage {
  /** The digest of the image manifest: the name of the image. */
  readonly digest: Digest;
  /** Size of manifest, configuration and layers together, in bytes. */
  readonly size: number;
}

/**
 * Builds an OCI image. It depends on its content and the machine's architecture alone, never on paths, clocks, time
 * zones or the umask: there is no creation time in it, and its layers are reproducible.
 * @throws BUILD_FAILED when the entry is not among the files
 */
export async function buildImage(store: ContentStore, content: ImageContent): Promise<BuiltImage> {
  if (!content.application.some((file) => file.name === content.entry && file.kind === 'file')) {
    throw new LanekeeperError('BUILD_FAILED', {
      message: `the entry ${content.entry} of service ${content.title} is not in the image`,
      object: `service ${content.title}`,
      why: 'the build did not produce it, or `include` leaves it out',
      next: 'correct `entry` or `include` of the service in lanekeeper.yaml',
    });
  }
  const layers: StoredBlob[] = [];
  for (const files of [content.dependencies, content.application]) {
    if (files.length === 0) continue;
    layers.push(
      await packTar(
        store,
        files.map((file) => ({ ...file, name: `${applicationFolder}/${file.name}` })),
      ),
    );
  }
  const config = await putJson(store, configOf(content, layers));
  const manifest = await putJson(store, {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: { mediaType: mediaType.config, ...config },
    layers: layers.map((layer) => ({ mediaType: mediaType.layer, ...layer })),
  });
  return {
    digest: manifest.digest,
    size: manifest.size + config.size + layers.reduce((sum, layer) => sum + layer.size, 0),
  };
}

function configOf(content: ImageContent, layers: readonly StoredBlob[]): unknown {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: process.platform,
    config: {
      WorkingDir: `/${applicationFolder}`,
      Entrypoint: ['node', content.entry],
      Env: ['NODE_ENV=production'],
      Labels: {
        [label.convention]: convention,
        [label.node]: String(content.nodeMajor),
        [label.health]: content.health,
        [label.title]: content.title,
        [label.revision]: content.revision,
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  };
}

async function putJson(store: ContentStore, value: unknown): Promise<StoredBlob> {
  const bytes = Buffer.from(canonicalJson(value), 'utf8');
  return { digest: await store.put(bytes), size: bytes.length };
}
