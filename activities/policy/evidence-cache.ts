import pLimit from 'p-limit';
import type { Digest } from '../../core/digest.js';
import type { CommitsPredicate } from '../../core/evidence/commits.js';
import type { Decision } from '../../core/evidence/decision.js';
import type { EvidenceFact } from '../../core/policy/facts.js';
import type { SaidOfObject } from '../../core/signed-object/believe.js';

/** What an attestation says, read from a payload whose signature was verified. */
export interface VerifiedEvidence extends Pick<
  EvidenceFact,
  'kind' | 'attributes' | 'answers' | 'subjects' | 'testedAt'
> {
  /** Set for decisions. */
  readonly decision?: Decision;
  /** Set for lists of commits. */
  readonly commits?: CommitsPredicate;
  /** Set for statements about objects of people, of which no attestation is made: they are named by their own digest. */
  readonly object?: SaidOfObject;
}

/**
 * How many attestations a process reads and verifies at a time, whoever asks: each is held in memory meanwhile, and the
 * reading, which is all that can overlap, is hidden by a few.
 */
const atATime = 4;

/**
 * What has been verified, by its tenant, the checksum of the signed bundle and the key that signed it: none can change,
 * so what was true once stays true. What one tenant has verified is nothing that another has: the blob may not be its
 * own. Kept in memory, never in a table, where somebody could write that something was verified; and small, because it
 * keeps what evidence says, not the evidence.
 */
export class EvidenceCache {
  readonly #entries = new Map<string, VerifiedEvidence>();
  readonly #capacity: number;
  readonly #turns = pLimit(atATime);
  readonly #verifying = new Map<string, Promise<VerifiedEvidence>>();
  #weight = 0;

  /**
   * @param capacity how many attestations are remembered, a list of commits counting for several; the least recently used
   *   are forgotten first
   */
  constructor(capacity = 20_000) {
    this.#capacity = capacity;
  }

  get(tenant: string, checksum: Digest, keyId: Digest): VerifiedEvidence | undefined {
    const key = keyOf(tenant, checksum, keyId);
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  put(tenant: string, checksum: Digest, keyId: Digest, evidence: VerifiedEvidence): void {
    const key = keyOf(tenant, checksum, keyId);
    // Set again, a key keeps its old place in the order.
    this.#forget(key);
    this.#entries.set(key, evidence);
    this.#weight += weightOf(evidence);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#capacity || this.#entries.size === 1) break;
      this.#forget(oldest);
    }
  }

  /**
   * Remembers what `verify` finds. Whoever asks for the same attestation meanwhile waits for that one; only a few of all
   * are verified at a time. A failure is passed on, and not remembered.
   */
  verify(
    tenant: string,
    checksum: Digest,
    keyId: Digest,
    verify: () => Promise<VerifiedEvidence>,
  ): Promise<VerifiedEvidence> {
    const key = keyOf(tenant, checksum, keyId);
    const underWay = this.#verifying.get(key);
    if (underWay !== undefined) return underWay;
    const begun = this.#turns(async () => {
      const evidence = await verify();
      this.put(tenant, checksum, keyId, evidence);
      return evidence;
    }).finally(() => this.#verifying.delete(key));
    this.#verifying.set(key, begun);
    return begun;
  }

  #forget(key: string): void {
    const known = this.#entries.get(key);
    if (known === undefined) return;
    this.#weight -= weightOf(known);
    this.#entries.delete(key);
  }
}

const keyOf = (...parts: readonly [tenant: string, checksum: Digest, keyId: Digest]) => parts.join(' ');

/** A commit takes about a quarter of what another attestation does. */
function weightOf({ commits }: VerifiedEvidence): number {
  return 1 + Math.ceil((commits?.commits.length ?? 0) / 4);
}
