import type { Digest } from '../../core/digest.js';
import type { Statement } from '../../core/evidence/statement.js';
import type { ObjectHead, ObjectHeadChange, SaidOfObject } from '../../core/signed-object/believe.js';
import { type Preparation, Unprepared, type UnverifiedObject } from './preparation.js';

/** How much is verified between two attempts of a transaction, in characters: it is in memory meanwhile. */
const maxUnverified = 64 * 1024 * 1024;

/** What the newest statement about an object says, or why it does not verify; undefined when that is not known. */
export function saidOf(
  known: Preparation,
  change: ObjectHeadChange | undefined,
): SaidOfObject | { readonly problem: string } | undefined {
  return change?.key && known.object(change.statement, change.key.keyId);
}

/** How statements about objects of a kind are found and read. */
export interface StatementsOfHeads {
  /** The Sigstore bundle of a statement. */
  readonly signed: (statement: Digest) => Promise<string>;
  /** @throws EVIDENCE_INVALID */
  readonly read: (statement: Statement) => SaidOfObject;
}

/** @throws Unprepared when the newest statement about one of them has not been verified yet */
export async function requireVerified(
  known: Preparation,
  heads: readonly ObjectHead[],
  { signed: signedOf, read }: StatementsOfHeads,
): Promise<void> {
  const unverified: UnverifiedObject[] = [];
  let length = 0;
  for (const { change } of heads) {
    if (change?.key === undefined || saidOf(known, change) !== undefined) continue;
    const { statement, key } = change;
    const signed = await signedOf(statement);
    unverified.push({ statement, keyId: key.keyId, publicKeyPem: key.publicKeyPem, signed, read });
    length += signed.length;
    if (length > maxUnverified) break;
  }
  if (unverified.length > 0) throw new Unprepared({ objects: unverified });
}
