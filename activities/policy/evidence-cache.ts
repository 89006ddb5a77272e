import type { Digest } from '../../core/digest.js';
import type { CommitsPredicate } from '../../core/evidence/commits.js';
import type { Decision } from '../../core/evidence/decision.js';
import type { EvidenceFact } from '../../core/policy/facts.js';

/** What an attestation says, read from a payload whose signature was verified. */
export interface VerifiedEvidence extends Pick<EvidenceFact, 'kind' | 'attributes' | 'subjects' | 'testedAt'> {
  /** Set for decisions. */
  readonly decision?: Decision;
  /** Set for lists of commits. */
  readonly commits?: CommitsPredicate;
}

/**
 * What has been verified, by the checksum of the signed bundle and the key that signed it: neither can change, so what
 * was true once stays true. Kept in memory, never in a table, where somebody could write that something was verified;
 * and small, because it keeps what evidence says, not the evidence.
 */
export class EvidenceCache {
  readonly #entries = new Map<string, VerifiedEvidence>();
  readonly #capacity: number;

  /** @param capacity how many attestations are remembered; the least recently used are forgotten first */
  constructor(capacity = 20_000) {
    this.#capacity = capacity;
  }

  get(checksum: Digest, keyId: Digest): VerifiedEvidence | undefined {
    const key = `${checksum} ${keyId}`;
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  put(checksum: Digest, keyId: Digest, evidence: VerifiedEvidence): void {
    const key = `${checksum} ${keyId}`;
    // Set again, a key keeps its old place in the order.
    this.#entries.delete(key);
    this.#entries.set(key, evidence);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}
