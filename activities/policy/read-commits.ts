import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { CommitFact, CommitFacts, CommitPersonFact } from '../../core/policy/authorship.js';
import type { CommitPerson } from '../../core/release/commit.js';
import { commitsBrought, type ListedCommit } from '../../core/release/history.js';
import { revisionsOf } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { commitListsOf } from '../../store/evidence/commit-lists.js';
import { evidenceOfBundle, type StoredAttestation } from '../../store/evidence/read.js';
import { addressKey, ownersOfAddresses } from '../../store/identity/addresses.js';
import { commitKeys, type StoredCommitKey } from '../../store/identity/commit-keys.js';
import { laneHistory } from '../../store/lane/history.js';
import { evidenceItems, type Keys } from './evidence-items.js';
import type { Preparation } from './preparation.js';

/** How many releases of a product are read to find the way from a bundle to what is live. */
const maxLists = 500;

/** How many bundles that were live in a lane are looked at for one that a bundle is made from. */
const maxLive = 1_000;

/** A commit with the attestation that lists it, and when that was registered. */
interface FoundCommit extends ListedCommit {
  readonly list: string;
  readonly registeredAt: string;
}

/**
 * Which commits a bundle brings to a lane, and whose they are. Commits come from the signed lists of releases alone, and
 * end where what was live begins.
 *
 * @throws Unprepared when a list has not been verified yet
 */
export async function readCommitFacts(
  tx: Transaction,
  known: Preparation,
  { product, lane }: { readonly product: string; readonly lane: Lane },
  { digest, revision }: { readonly digest: Digest; readonly revision: string },
  keys: Keys,
): Promise<CommitFacts> {
  const history = await laneHistory(tx, product, lane, maxLive);
  const [live] = history;
  const revisions = await revisionsOf(
    tx,
    history.map((entry) => entry.bundle),
  );
  const read = (attestations: readonly StoredAttestation[]) => listsIn(tx, known, product, attestations, keys);
  const nearest = [
    ...(await evidenceOfBundle(tx, digest, 'commits')),
    ...(live === undefined ? [] : await evidenceOfBundle(tx, live.bundle, 'commits')),
  ];
  let brought = commitsBrought(revision, revisions, read(nearest));
  if (brought.problem !== undefined)
    brought = commitsBrought(revision, revisions, read(await commitListsOf(tx, product, maxLists)));
  return {
    since: revisions[0] ?? null,
    brought: await withOwners(tx, brought.commits),
    lists: [...new Set(brought.commits.map(({ list }) => list))],
    ...(brought.problem !== undefined && { problem: brought.problem }),
  };
}

/** What the lists say that a build has signed for this product. */
function listsIn(
  tx: Transaction,
  known: Preparation,
  product: string,
  attestations: readonly StoredAttestation[],
  keys: Keys,
): readonly (readonly FoundCommit[])[] {
  return evidenceItems(attestations, keys, known).flatMap(({ fact, commits }) => {
    if (commits?.tenant !== tx.tenant || commits.product !== product || fact.signer?.purpose !== 'build') return [];
    return [commits.commits.map((commit) => ({ ...commit, list: fact.id, registeredAt: fact.registeredAt }))];
  });
}

/** As git shows an address that is empty: that one can be linked, too. */
function addressOf({ email }: CommitPerson): string {
  return email === '' ? '<>' : email;
}

async function withOwners(tx: Transaction, commits: readonly FoundCommit[]): Promise<readonly CommitFact[]> {
  const owners = await ownersOfAddresses(
    tx,
    commits.flatMap(({ author, committer }) => [addressOf(author), addressOf(committer)]),
  );
  const keys = await commitKeys(tx);
  const byFingerprint = new Map(keys.map((key) => [key.fingerprint, key]));
  // Revoking the key of a service does not make it trusted without one.
  const signing = new Set(keys.map((key) => key.principal));
  const personOf = (person: CommitPerson): CommitPersonFact => ({
    ...person,
    email: addressOf(person),
    principals: (owners.get(addressKey(addressOf(person))) ?? []).map((owner) => ({
      ...owner,
      signs: signing.has(owner.name),
    })),
  });
  return commits.map(({ hash, author, committer, signature, registeredAt }) => ({
    hash,
    author: personOf(author),
    committer: personOf(committer),
    ...(signature !== undefined && {
      signature: { ...signature, ...signerOf(signature, byFingerprint, registeredAt) },
    }),
  }));
}

/** Whose key made a signature that was verified. A key counts unless it was revoked before its release was registered. */
function signerOf(
  { verified, fingerprint = '' }: NonNullable<ListedCommit['signature']>,
  keys: ReadonlyMap<string, StoredCommitKey>,
  registeredAt: string,
): { readonly principal?: string; readonly enrolledBy?: string } {
  const key = verified ? keys.get(fingerprint) : undefined;
  if (key === undefined || (key.revokedAt !== null && key.revokedAt.getTime() <= Date.parse(registeredAt))) return {};
  return { principal: key.principal, enrolledBy: key.enrolledBy };
}
