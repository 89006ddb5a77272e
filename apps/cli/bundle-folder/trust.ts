import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyIdOf } from '../../../adapters/sigstore/keys.js';
import { LanekeeperError } from '../../../core/errors.js';
import { type EvidenceEntry, type KeyEntry, layout } from './layout.js';

/** The public keys that are trusted. */
export interface TrustedKeys {
  ofPurpose(purpose: string): readonly string[];
  ofSigner(principal: string): readonly string[];
  /** Whether a key was valid at an instant (RFC 3339); its interval is half-open. */
  wasValid(keyId: string, at: string): boolean;
}

/**
 * The keys that signatures are checked against: those of the download, as they are enrolled in the stack, or only those
 * of them that are also in `keysFolder`, which was obtained another way. Whose key it is comes from the download.
 *
 * @throws EVIDENCE_INVALID
 */
export async function readKeys(folder: string, keysFolder: string | undefined): Promise<TrustedKeys> {
  const entries = (await readIndex(folder, layout.keyIndex)).map(toKeyEntry);
  for (const entry of entries) {
    if (keyIdOf(entry.publicKeyPem) !== entry.keyId)
      throw invalid(`the key of ${entry.principal} does not match its id`);
  }
  const pinned = keysFolder === undefined ? undefined : await keyIdsIn(keysFolder);
  const trusted = entries.filter((entry) => pinned?.has(entry.keyId) ?? true);
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

async function keyIdsIn(folder: string): Promise<ReadonlySet<string>> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.pem'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return new Set(texts.filter((text) => text.includes('PUBLIC KEY')).map(keyIdOf));
}

/** The records of the attached evidence. @throws EVIDENCE_INVALID */
export async function readEvidenceIndex(folder: string): Promise<readonly EvidenceEntry[]> {
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

async function readIndex(folder: string, name: string): Promise<readonly object[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(folder, name), 'utf8'));
  } catch {
    throw invalid(`${name} is missing or not valid JSON`);
  }
  if (!Array.isArray(value)) throw invalid(`${name} is not a list`);
  return value.map((entry: unknown) => (typeof entry === 'object' && entry !== null ? entry : {}));
}

function textsOf(entry: object, file: string): (name: string) => string {
  return (name) => {
    const value: unknown = Reflect.get(entry, name);
    if (typeof value !== 'string') throw invalid(`an entry of ${file} has no ${name}`);
    return value;
  };
}

/** A name from an index must not lead out of the folder. */
function safeName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,200}$/.test(name)) return name;
  throw invalid(`${JSON.stringify(name.slice(0, 80))} is not a valid id`);
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', { message: 'the folder is not a valid download of a bundle', why });
}
