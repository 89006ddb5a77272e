import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { CommitFact, CommitFacts, CommitPersonFact } from '../../core/policy/authorship.js';
import type { CommitPerson } from '../../core/release/commit.js';
import { commitsBrought, type ListedCommit } from '../../core/release/history.js';
import { revisionsOf } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { commitListsOf } from '../../store/evidence/commit-lists.js';
import { evidenceOfBundles, type StoredAttestation } from '../../store/evidence/read.js';
import { addressKey, ownersOfAddresses } from '../../store/identity/addresses.js';
import { commitKeys, type StoredCommitKey } from '../../store/identity/commit-keys.js';
import { laneHistories } from '../../store/lane/history.js';
import { evidenceItems, type Keys } from './evidence-items.js';
import { type Preparation, Unprepared, type UnverifiedEvidence } from './preparation.js';

/** How many releases of a product are read to find the way from a bundle to what is live. */
const maxLists = 500;

/** How many bundles that were live in a lane are looked at for one that a bundle is made from. */
const maxLive = 1_000;

/** A commit with the attestation that lists it, and when that was registered. */
interface FoundCommit extends ListedCommit {
  readonly list: string;
  readonly registeredAt: string;
}

/** A bundle on its way into a lane. */
export interface CommitTarget {
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: { readonly digest: Digest; readonly revision: string };
}

/** Which commits a bundle brings to a lane, and whose they are. @throws Unprepared when a list has not been verified yet */
export async function readCommitFacts(
  tx: Transaction,
  known: Preparation,
  { product, lane }: { readonly product: string; readonly lane: Lane },
  bundle: CommitTarget['bundle'],
  keys: Keys,
): Promise<CommitFacts> {
  const [facts] = await readAllCommitFacts(tx, known, [{ product, lane, bundle }], keys);
  return facts as CommitFacts; // as many as are asked for
}

/**
 * Which commits bundles bring to lanes, and whose they are, in as many queries for many as for one. Commits come from the signed
 * lists of releases alone, and end where what was live begins.
 *
 * @returns one for each target, in their order
 * @throws Unprepared when lists have not been verified yet: all of them
 */
export async function readAllCommitFacts(
  tx: Transaction,
  known: Preparation,
  targets: readonly CommitTarget[],
  keys: Keys,
): Promise<readonly CommitFacts[]> {
  const histories = await laneHistories(tx, targets, maxLive);
  const revisions = await revisionsOf(tx, [...new Set(histories.flat().map(({ bundle }) => bundle))]);
  const nearest = await evidenceOfBundles(
    tx,
    targets.flatMap(({ bundle }, index) => [bundle.digest, ...bundlesIn(histories[index]?.slice(0, 1))]),
    'commits',
  );
  const found = [];
  const missing: UnverifiedEvidence[] = [];
  for (const [index, target] of targets.entries()) {
    const live = bundlesIn(histories[index]);
    const lists = [target.bundle.digest, ...live.slice(0, 1)].flatMap((bundle) => nearest.get(bundle) ?? []);
    const before = live.flatMap((bundle) => revisions.get(bundle) ?? []);
    try {
      found.push({ before, brought: await broughtBy(tx, known, target, { lists, before, keys }) });
    } catch (error) {
      if (!(error instanceof Unprepared)) throw error;
      missing.push(...error.evidence);
    }
  }
  // What all of them need is asked for at once.
  if (missing.length > 0) throw new Unprepared({ evidence: missing });
  const withOwners = await ownersOf(
    tx,
    found.flatMap(({ brought }) => brought.commits),
  );
  return found.map(({ before, brought }) => ({
    since: before[0] ?? null,
    brought: brought.commits.map(withOwners),
    lists: [...new Set(brought.commits.map(({ list }) => list))],
    ...(brought.problem !== undefined && { problem: brought.problem }),
  }));
}

function bundlesIn(history: readonly { readonly bundle: Digest }[] = []): readonly Digest[] {
  return history.map(({ bundle }) => bundle);
}

/** What a bundle brings, by the lists of the releases next to it, or, where these leave a gap, by those of all releases. */
async function broughtBy(
  tx: Transaction,
  known: Preparation,
  { product, bundle }: CommitTarget,
  from: { readonly lists: readonly StoredAttestation[]; readonly before: readonly string[]; readonly keys: Keys },
) {
  const read = (attestations: readonly StoredAttestation[]) => listsIn(tx, known, product, attestations, from.keys);
  const brought = commitsBrought(bundle.revision, from.before, read(from.lists));
  return brought.problem === undefined
    ? brought
    : commitsBrought(bundle.revision, from.before, read(await commitListsOf(tx, product, maxLists)));
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

/** Reads whose commits are. @returns a function that says it of one of them */
async function ownersOf(
  tx: Transaction,
  commits: readonly FoundCommit[],
): Promise<(commit: FoundCommit) => CommitFact> {
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
  return ({ hash, author, committer, signature, registeredAt }) => ({
    hash,
    author: personOf(author),
    committer: personOf(committer),
    ...(signature !== undefined && {
      signature: { ...signature, ...signerOf(signature, byFingerprint, registeredAt) },
    }),
  });
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
