import { type Digest, hexOf } from '../digest.js';
import { manifestPath } from '../release/manifest-path.js';

/** The names of things in the folder of a downloaded bundle. */
export const layout = {
  /** The manifest as YAML, for people. */
  manifestYaml: manifestPath,
  /** The manifest in canonical JSON: its sha256 is the bundle digest. */
  manifest: 'manifest.json',
  /** The records of the attached evidence. */
  evidenceIndex: 'evidence/index.json',
  /** The public keys enrolled in the stack, and whose they are. */
  keyIndex: 'keys/index.json',
  blob: (digest: Digest) => `blobs/sha256/${hexOf(digest)}`,
  evidence: (id: string) => `evidence/${id}.sigstore.json`,
  key: (principal: string, keyId: string) => `keys/${principal}-${keyId.replace(/^sha256:/, '').slice(0, 12)}.pem`,
} as const;

/** One entry of the evidence index. */
export interface EvidenceEntry {
  readonly id: string;
  readonly kind: string;
  readonly predicateType: string;
  readonly checksum: string;
  readonly statementDigest: string;
  readonly keyId: string;
  readonly signer: string;
  readonly registeredAt: string;
  readonly subjects: readonly string[];
}

/** One entry of the key index. */
export interface KeyEntry {
  readonly keyId: string;
  readonly principal: string;
  readonly purpose: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly publicKeyPem: string;
}

/** The entry of the evidence index for a record. @param registeredAt RFC 3339 */
export function evidenceEntryOf(
  { id, kind, predicateType, checksum, statementDigest, keyId, signer, subjects }: Omit<EvidenceEntry, 'registeredAt'>,
  registeredAt: string,
): EvidenceEntry {
  return { id, kind, predicateType, checksum, statementDigest, keyId, signer, registeredAt, subjects };
}

/** The entry of the key index for a key. @param validFrom RFC 3339 @param validUntil RFC 3339; empty for no end */
export function keyEntryOf(
  principal: string,
  { keyId, purpose, publicKeyPem }: Pick<KeyEntry, 'keyId' | 'purpose' | 'publicKeyPem'>,
  validFrom: string,
  validUntil: string,
): KeyEntry {
  return { keyId, principal, purpose, validFrom, validUntil, publicKeyPem };
}
