import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type EvidenceEntry, evidenceEntryOf, keyEntryOf, layout } from '../../../core/bundle-folder/layout.js';
import { namedIn } from '../../../core/bundle-folder/image-manifest.js';
import { type Digest, parseDigest } from '../../../core/digest.js';
import { filesIn, type Manifest, parseManifest, renderManifestYaml } from '../../../core/release/manifest.js';
import { downloadBlob } from '../blob/download.js';
import type { Clients } from '../connection/clients.js';
import { instantOf } from '../output/words.js';

/** A bundle that was downloaded into a folder. */
export interface DownloadedBundle {
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Downloads a bundle with all its files, its evidence and the public keys, so that it can be verified without a stack.
 */
export async function downloadBundle(api: Clients, given: string, folder: string): Promise<DownloadedBundle> {
  const { digest, manifest: text } = await api.bundles.getManifest({ bundle: given });
  const manifest = parseManifest(text);
  await write(folder, layout.manifest, text);
  await write(folder, layout.manifestYaml, renderManifestYaml(manifest));
  const wanted = new Set<Digest>(filesIn(manifest).map((file) => file.checksum));
  let bytes = 0;
  // An image manifest names its configuration and layers: they are added once it has been read.
  for (const blob of wanted) {
    const { size, named } = await downloadFile(
      api,
      blob,
      join(folder, layout.blob(blob)),
      manifest.images.some((image) => image.digest === blob),
    );
    bytes += size;
    for (const each of named) wanted.add(each);
  }
  await writeEvidence(api, digest, folder);
  await writeKeys(api, folder);
  return { digest: parseDigest(digest), manifest, files: wanted.size, bytes };
}

/** Downloads a file of the bundle. @returns its size, and the files that it names if it is the manifest of an image */
async function downloadFile(
  api: Clients,
  digest: Digest,
  path: string,
  isImage: boolean,
): Promise<{ size: number; named: readonly Digest[] }> {
  const kept: Uint8Array[] = [];
  const size = await downloadBlob(api, digest, path, (chunk) => {
    if (isImage) kept.push(chunk);
  });
  return { size, named: isImage ? namedIn(Buffer.concat(kept)) : [] };
}

async function writeEvidence(api: Clients, digest: string, folder: string): Promise<void> {
  const { attestations } = await api.evidence.listEvidence({ bundle: digest });
  const entries: EvidenceEntry[] = [];
  for (const attestation of attestations) {
    const { signedStatement } = await api.evidence.getEvidence({ attestationId: attestation.id });
    await write(folder, layout.evidence(attestation.id), signedStatement);
    entries.push(evidenceEntryOf(attestation, instantOf(attestation.registeredAt) ?? ''));
  }
  await write(folder, layout.evidenceIndex, `${JSON.stringify(entries, undefined, 2)}\n`);
}

async function writeKeys(api: Clients, folder: string): Promise<void> {
  const { principals } = await api.identity.listPrincipals({});
  const entries = principals.flatMap((principal) =>
    principal.keys.map((key) =>
      keyEntryOf(principal.name, key, instantOf(key.validFrom) ?? '', instantOf(key.validUntil) ?? ''),
    ),
  );
  for (const entry of entries) await write(folder, layout.key(entry.principal, entry.keyId), entry.publicKeyPem);
  await write(folder, layout.keyIndex, `${JSON.stringify(entries, undefined, 2)}\n`);
}

async function write(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
