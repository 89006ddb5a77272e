import { type Digest, digestOfHex, hexOf } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf, type Hashing, portableHashing } from '../../core/hash.js';
import type { FactSheet } from '../../core/policy/fact-sheet.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** The length of a digest in a list of facts, in bytes. */
const digestLength = 32;

/** A list of facts as a column holds it: their sha256 one after another. */
export function bytesOfList(list: readonly Digest[]): Buffer {
  return Buffer.from(list.map(hexOf).join(''), 'hex');
}

/** Reads a list of facts. */
export function listOfBytes(bytes: Buffer): readonly Digest[] {
  const hex = bytes.toString('hex');
  const length = 2 * digestLength;
  return Array.from({ length: hex.length / length }, (_, index) =>
    digestOfHex(hex.slice(index * length, (index + 1) * length)),
  );
}

/**
 * The part of a statement that stores the facts of a sheet that are not stored yet. Of `$1`, the tenant, and two parameters
 * of {@link factParameters}. All transactions insert in the same order, so that none waits for one that waits for it.
 */
export function insertFacts(digests: string, contents: string): string {
  return `insert into facts (tenant_id, digest, content)
       select $1, f.digest, f.content from unnest(${digests}::bytea[], ${contents}::text[]) as f (digest, content)
        where not exists (select from facts k where k.tenant_id = $1 and k.digest = f.digest)
        order by f.digest
       on conflict (tenant_id, digest) do nothing`;
}

/** The parameters of {@link insertFacts}. */
export function factParameters({ facts }: FactSheet): readonly [digests: Buffer[], contents: string[]] {
  return [facts.map(({ digest }) => bytesOfList([digest])), facts.map(({ content }) => content)];
}

/**
 * The contents of facts by their digests.
 *
 * @throws BUNDLE_CORRUPT when one is missing or no longer matches its digest
 */
export async function readFactContents(
  tx: Transaction,
  digests: readonly Digest[],
  hashing: Hashing = portableHashing,
): Promise<ReadonlyMap<Digest, string>> {
  const wanted = [...new Set(digests)];
  const rows = await tx.query<{ digest: Buffer; content: string }>(
    'select digest, content from facts where tenant_id = $1 and digest = any($2::bytea[])',
    [tx.tenant, wanted.map((digest) => bytesOfList([digest]))],
    growsWithData,
  );
  const found = new Map(rows.map((row) => contentIn(row, hashing)));
  const missing = wanted.find((digest) => !found.has(digest));
  if (missing !== undefined) throw corrupt(missing, 'a stored fact is missing');
  return found;
}

function contentIn(
  row: { readonly digest: Buffer; readonly content: string },
  hashing: Hashing,
): readonly [Digest, string] {
  const [digest] = listOfBytes(row.digest);
  if (digest === undefined || digestOf(row.content, hashing) !== digest)
    throw corrupt(digest ?? '', 'a stored fact was changed');
  return [digest, row.content];
}

function corrupt(digest: string, message: string): LanekeeperError {
  return new LanekeeperError('BUNDLE_CORRUPT', {
    message,
    object: `fact ${digest}`,
    why: 'rounds of gates were decided on it, and can be replayed only with it',
    next: 'restore the database from a backup',
  });
}
