import type { SignatureVerifier } from '../signature/ports.js';
import { type BundleFolder, BundleProblem } from './folder.js';
import { type EvidenceEntry, type KeyEntry, layout } from './layout.js';

/** The public keys that are trusted. */
export interface TrustedKeys {
  ofPurpose(purpose: string): readonly string[];
  ofSigner(principal: string): readonly string[];
  /** Whether a key was valid at an instant (RFC 3339); its interval is half-open. */
  wasValid(keyId: string, at: string): boolean;
}

/** The largest index that is read, in bytes. */
const maxIndexBytes = 16 * 1024 * 1024;

/**
 * The keys that signatures are checked against: those of the download, as they are enrolled in the stack, or only those
 * of them that are also among `pinned`, which were obtained another way. Whose key it is comes from the download.
 *
 * @param pinned public keys in PEM
 * @throws BundleProblem, INVALID_INPUT for a key that is none
 */
export async function readKeys(
  folder: BundleFolder,
  verifier: SignatureVerifier,
  pinned: readonly string[] | undefined,
): Promise<TrustedKeys> {
  const entries = (await readIndex(folder, layout.keyIndex)).map(toKeyEntry);
  for (const entry of entries) {
    if ((await verifier.keyIdOf(entry.publicKeyPem)) !== entry.keyId)
      throw new BundleProblem('contradiction', `the key of ${entry.principal} does not match its id`);
  }
  const ids = pinned && new Set<string>();
  for (const pem of pinned ?? []) ids?.add(await verifier.keyIdOf(pem));
  const trusted = entries.filter((entry) => ids?.has(entry.keyId) ?? true);
  return {
    ofPurpose: (purpose) => trusted.filter((entry) => entry.purpose === purpose).map((entry) => entry.publicKeyPem),
    ofSigner: (principal) =>
      trusted.filter((entry) => entry.principal === principal).map((entry) => entry.publicKeyPem),
    wasValid: (keyId, at) =>
      trusted.some(
        (entry) =>
          entry.keyId === keyId &&
          Date.parse(entry.validFrom) <= Date.parse(at) &&
          (entry.validUntil === '' || Date.parse(at) < Date.parse(entry.validUntil)),
      ),
  };
}

/** The records of the attached evidence. @throws BundleProblem */
export async function readEvidenceIndex(folder: BundleFolder): Promise<readonly EvidenceEntry[]> {
  return (await readIndex(folder, layout.evidenceIndex)).map((entry) => {
    const text = textsOf(entry, layout.evidenceIndex);
    const subjects: unknown = Reflect.get(entry, 'subjects');
    return {
      id: safeName(text('id')),
      kind: text('kind'),
      predicateType: text('predicateType'),
      checksum: text('checksum'),
      statementDigest: text('statementDigest'),
      keyId: text('keyId'),
      signer: text('signer'),
      registeredAt: text('registeredAt'),
      subjects: Array.isArray(subjects) ? subjects.filter((subject) => typeof subject === 'string') : [],
    };
  });
}

function toKeyEntry(entry: object): KeyEntry {
  const text = textsOf(entry, layout.keyIndex);
  const [keyId, principal, purpose] = [text('keyId'), text('principal'), text('purpose')];
  return {
    keyId,
    principal,
    purpose,
    validFrom: text('validFrom'),
    validUntil: text('validUntil'),
    publicKeyPem: text('publicKeyPem'),
  };
}

async function readIndex(folder: BundleFolder, name: string): Promise<readonly object[]> {
  const bytes = await folder.read(name, maxIndexBytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed(`${name} is not valid JSON`);
  }
  if (!Array.isArray(value)) throw malformed(`${name} is not a list`);
  return value.map((entry: unknown) => (typeof entry === 'object' && entry !== null ? entry : {}));
}

function textsOf(entry: object, file: string): (name: string) => string {
  return (name) => {
    const value: unknown = Reflect.get(entry, name);
    if (typeof value !== 'string') throw malformed(`an entry of ${file} has no ${name}`);
    return value;
  };
}

/** A name from an index must not lead out of the folder. */
function safeName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,200}$/.test(name)) return name;
  throw malformed(`${JSON.stringify(name.slice(0, 80))} is not a valid id`);
}

function malformed(why: string): BundleProblem {
  return new BundleProblem('malformed', why);
}
