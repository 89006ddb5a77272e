import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { nodeHashing } from '../../adapters/hash/node-hashing.js';
import { nodeVerifier } from '../../adapters/sigstore/keys.js';
import { type BundleFolder, BundleProblem } from '../../core/bundle-folder/folder.js';
import { type KeyEntry, layout } from '../../core/bundle-folder/layout.js';
import { type Verification, verifyBundleFolder } from '../../core/bundle-folder/verify.js';
import { type Digest, digestOfHex } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { bundleDigestOf, canonicalManifest, type Manifest, renderManifestYaml } from '../../core/release/manifest.js';

/** A bundle as it lies in a content store, with the keys that sign builds. */
export interface StoredBundle {
  readonly manifest: Manifest;
  readonly readBlob: ContentStore['get'];
  readonly buildKeysPem: readonly string[];
}

/** The folder that downloading a bundle would make, before any evidence was attached. */
function folderOf({ manifest, readBlob, buildKeysPem }: StoredBundle): BundleFolder {
  const keys = buildKeysPem.map((publicKeyPem): KeyEntry => ({
    ...{ keyId: nodeVerifier.keyIdOf(publicKeyPem), principal: 'builder', purpose: 'build', publicKeyPem },
    ...{ validFrom: '2020-01-01T00:00:00Z', validUntil: '' },
  }));
  const texts = new Map<string, string>([
    [layout.manifest, canonicalManifest(manifest)],
    [layout.manifestYaml, renderManifestYaml(manifest)],
    [layout.keyIndex, JSON.stringify(keys)],
    [layout.evidenceIndex, '[]'],
  ]);
  const read = async (name: string): Promise<Uint8Array> => {
    const text = texts.get(name);
    if (text !== undefined) return Buffer.from(text, 'utf8');
    const [, hex] = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name) ?? [];
    if (hex === undefined) throw new BundleProblem('missing', `there is no ${name}`);
    return readBlob(digestOfHex(hex));
  };
  return { read, digest: async (name) => digestOf(await read(name), nodeHashing), list: async () => [] };
}

/** Verifies a bundle in a content store as if it had been downloaded. */
export function verifyStored(
  bundle: StoredBundle,
  expected: Digest = bundleDigestOf(bundle.manifest),
): Promise<Verification> {
  return verifyBundleFolder(folderOf(bundle), { verifier: nodeVerifier, hashing: nodeHashing, expected });
}
