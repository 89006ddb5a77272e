import { shortId } from '../ids.js';
import { instantInWords } from '../instant-in-words.js';

/**
 * How what is live stands, beside its phase: SOUND while all that it was let into its lane on still counts, else AT_RISK.
 * Neither lane nor alias changes with it: that is a decision of people.
 */
export type Standing = 'SOUND' | 'AT_RISK';

/** Something that a blocking gate relied on when the lane was granted, and that counts no more. */
export interface LostReliance {
  readonly gate: string;
  readonly attestationId: string;
  /** Whose key signed it. */
  readonly signer: string;
  /** RFC 3339: from when on nothing that was registered counts if that key has signed it. */
  readonly keyEndedAt: string;
}

/** A standing and why. */
export interface StandingFound {
  readonly standing: Standing;
  readonly reason: string;
}

/** The reason of what is live and stands well. */
export const soundReason = 'the lane serves this bundle';

/** How many of the things that count no more are named. */
const maxNamed = 5;

/** That a bundle was called back. */
export interface Recalled {
  readonly by: string;
  readonly reason: string;
}

/** The same in words. */
export function recallInWords({ by, reason }: Recalled): string {
  return `recalled by ${by}: ${reason}`;
}

/** The standing of what is live, from its recall, and from what it relied on and cannot rely on any more. */
export function standingFrom(lost: readonly LostReliance[], recalled?: Recalled): StandingFound {
  if (lost.length === 0 && recalled === undefined) return { standing: 'SOUND', reason: soundReason };
  const named = lost
    .slice(0, maxNamed)
    .map(
      ({ gate, attestationId, signer, keyEndedAt }) =>
        `${gate} relied on attestation ${shortId(attestationId)} of ${signer}, whose key has not counted since ${instantInWords(new Date(keyEndedAt))}`,
    );
  const more = lost.length > maxNamed ? [`and ${lost.length - maxNamed} more`] : [];
  const called = recalled === undefined ? [] : [recallInWords(recalled)];
  return { standing: 'AT_RISK', reason: [...called, ...named, ...more].join(' · ') };
}
