import { create } from '@bufbuild/protobuf';
import {
  type CommitPerson,
  CommitPersonSchema,
  type ListCommitsResponse,
  ListCommitsResponseSchema,
} from '#gen/release/v1/bundle_service_pb.js';
import { readKeys } from '../../../activities/policy/evidence-items.js';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { readCommitFacts } from '../../../activities/policy/read-commits.js';
import type { Lane } from '../../../core/lanes.js';
import { authorshipOf, type CommitFact, type CommitPersonFact } from '../../../core/policy/authorship.js';
import { requireBundle } from '../../../store/bundle/read.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import { bounded } from '../convert.js';
import type { ApiDeps } from '../deps.js';

/** The commits that a bundle brings to a lane, as its gates see them. */
export async function listCommits(
  deps: ApiDeps,
  tenant: string,
  given: string,
  lane: Lane,
): Promise<ListCommitsResponse> {
  return whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, async (tx) => {
      const bundle = await requireBundle(tx, await resolveBundle(tx, given));
      const facts = await readCommitFacts(tx, known, { product: bundle.product, lane }, bundle, await readKeys(tx));
      const { authors, problem } = authorshipOf(undefined, facts);
      return create(ListCommitsResponseSchema, {
        since: facts.since ?? '',
        commits: facts.brought.map(({ hash, author, committer, signature }) => ({
          hash,
          author: toPerson(author),
          committer: toPerson(committer),
          signedBy: signature?.principal ?? '',
          signature: wordsOf(signature),
        })),
        problem: bounded(problem, 1000),
        authors: [...authors],
      });
    }),
  );
}

function toPerson({ name, email, principals }: CommitPersonFact): CommitPerson {
  const owners = principals.map(({ name: principal, kind, linkedBy }) => ({ principal, kind, linkedBy }));
  return create(CommitPersonSchema, { name, address: email, owners });
}

function wordsOf(signature: CommitFact['signature']): string {
  if (signature === undefined) return '';
  const { format, verified, fingerprint = '', why = '' } = signature;
  return verified ? `${format} ${fingerprint}` : `${format}, not verified: ${bounded(why, 300)}`;
}
