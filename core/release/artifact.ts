import { commitMediaType } from './history.js';
import type { Digest } from '../digest.js';
import type { Manifest } from './manifest.js';

/**
 * What an artifact is: `image`, `sdk` or `source`. The set is open: rows, contracts and the evidence graph take any kind,
 * and a new one is added here and where it is made.
 */
export type ArtifactKind = string;

/** One part of a bundle, named by its digest. */
export interface Artifact {
  readonly kind: ArtifactKind;
  /** Of the service or package. */
  readonly name: string;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** The artifacts of a bundle: what it delivers, and the commit that it was made from. */
export function artifactsIn({ images, sdks, source: { commit } }: Manifest): readonly Artifact[] {
  return [
    ...images.map(({ service, digest, mediaType }) => ({ kind: 'image', name: service, digest, mediaType })),
    ...sdks.map(({ name, checksum }) => ({ kind: 'sdk', name, digest: checksum, mediaType: 'application/gzip' })),
    ...(commit === undefined ? [] : [{ kind: 'source', name: 'commit', digest: commit, mediaType: commitMediaType }]),
  ];
}

/** What a bundle delivers: gates, statements and rules are about these. */
export function deliveredIn(manifest: Manifest): readonly Artifact[] {
  return artifactsIn(manifest).filter(({ kind }) => kind !== 'source');
}
