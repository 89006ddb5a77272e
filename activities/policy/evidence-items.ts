import type { Digest } from '../../core/digest.js';
import type { EvidenceFact } from '../../core/policy/facts.js';
import type { Transaction } from '../../store/database.js';
import type { StoredAttestation } from '../../store/evidence/read.js';
import { enrolledKeys, type StoredKey, wasValid } from '../../store/identity/read.js';
import type { VerifiedEvidence } from './evidence-cache.js';
import { type Preparation, Unprepared, type UnverifiedEvidence } from './preparation.js';

/** The enrolled keys, by their ids. */
export type Keys = ReadonlyMap<Digest, StoredKey>;

/** An attestation as it counts, with what it says if it is a decision or a list of commits. */
export interface EvidenceItem extends Pick<VerifiedEvidence, 'decision' | 'commits'> {
  readonly fact: EvidenceFact;
}

/** All keys of the tenant. */
export async function readKeys(tx: Transaction): Promise<Keys> {
  return new Map((await enrolledKeys(tx)).map((key) => [key.keyId, key]));
}

/**
 * Reads attestations as they count: each with what its signature proves, or why it cannot be relied on.
 *
 * @throws Unprepared when one has not been verified yet
 */
export function evidenceItems(
  attestations: readonly StoredAttestation[],
  keys: Keys,
  known: Preparation,
): readonly EvidenceItem[] {
  const missing: UnverifiedEvidence[] = [];
  const items = attestations.map((attestation): EvidenceItem => {
    const { id, checksum, keyId } = attestation;
    const base = { id, checksum, registeredAt: attestation.registeredAt.toISOString() };
    const problem = (why: string): EvidenceItem => ({
      fact: { ...base, kind: attestation.kind, subjects: attestation.subjects, attributes: {}, problem: why },
    });
    const key = keys.get(keyId);
    if (key === undefined) return problem(`attestation ${id} is signed by a key that is not enrolled`);
    if (!wasValid(key, attestation.registeredAt))
      return problem(`the key of ${key.principal} was not valid when attestation ${id} was registered`);
    const content = known.evidence(attestation);
    if (content === undefined) {
      missing.push({ id, checksum, keyId, publicKeyPem: key.publicKeyPem });
      return problem('it has not been verified');
    }
    if ('problem' in content) return problem(content.problem);
    const { decision, commits, ...described } = content;
    const { principal, purpose, roles } = key;
    return {
      fact: { ...base, ...described, signer: { keyId, principal, purpose, roles } },
      ...(decision !== undefined && { decision }),
      ...(commits !== undefined && { commits }),
    };
  });
  if (missing.length > 0) throw new Unprepared({ evidence: missing });
  return items;
}
