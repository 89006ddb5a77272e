import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Preparation } from '../../../activities/policy/preparation.js';
import { messageOf } from '../../../core/errors.js';
import type { PolicyOfPolicies } from '../../../core/governance/policy-of-policies.js';
import {
  missingPublishers,
  type Publication,
  publicationOf,
  refusePublication,
} from '../../../core/governance/publication.js';
import { shortId } from '../../../core/ids.js';
import { CaseKind, type GovernanceCase, GovernanceCaseSchema } from '#gen/governance/v1/case_pb.js';
import type { Transaction } from '../../../store/database.js';
import { listVersions } from '../../../store/governance/list.js';
import { actsInShort, readHeads, type StoredAct, type StoredVersion } from '../../../store/governance/read.js';
import { signedActs } from '../../../store/governance/signers.js';
import { enrolledKeys, type StoredKey, type StoredPrincipal, validKeysOf } from '../../../store/identity/read.js';
import { bounded } from '../convert.js';

/** How many versions that wait are shown: far more than people could read, whoever drafts how many. */
const maxShown = 200;

/** What somebody has signed, without the statement. */
type ListedAct = Omit<StoredAct, 'signed'>;

/** A version that waits to be published, with what people have signed about it. */
interface Waiting extends Publication {
  readonly version: StoredVersion & { readonly author: string };
  readonly acts: readonly ListedAct[];
}

/**
 * The versions of the tenant that wait to be published, as cases that `person` sees, by the rule that the enrolment process
 * applies when somebody publishes one. @throws Unprepared
 */
export async function listPublications(
  tx: Transaction,
  known: Preparation,
  person: StoredPrincipal,
  now: Date,
): Promise<GovernanceCase[]> {
  const versions = await listVersions(tx, { states: ['PENDING_APPROVAL'], limit: maxShown });
  if (versions.length === 0) return [];
  const heads = await readHeads(tx);
  const acts = await actsInShort(
    tx,
    versions.map(({ digest }) => digest),
  );
  const rules = await known.rules(tx);
  const enrolled = await enrolledKeys(tx);
  const keys = validKeysOf(enrolled, person.name, now).filter(({ purpose }) => purpose === 'person');
  const judged = 'problem' in rules ? undefined : rules.governance.document;
  return versions.map((version) => {
    const own = acts.filter((act) => act.version === version.digest);
    const head = heads.find(({ kind, name }) => kind === version.kind && name === version.name);
    const signed = signedActs(own, enrolled);
    const waiting: Waiting = { ...publicationOf(version, { signed, head, policies: judged }), acts: own };
    const whyNot =
      'problem' in rules ? whyUnknown(rules.problem) : refusalFor(waiting, person, keys, rules.governance.document);
    return caseOf(waiting, judged, whyNot);
  });
}

function whyUnknown(problem: Error): string {
  return `who may publish it cannot be said: ${messageOf(problem)}`;
}

/** Why a person cannot publish it: with any of their keys, as one in a browser publishes nothing. */
function refusalFor(
  waiting: Waiting,
  person: StoredPrincipal,
  keys: readonly Pick<StoredKey, 'heldIn'>[],
  policies: PolicyOfPolicies,
): string | undefined {
  const keyHeldIn = keys.length === 0 || keys.some(({ heldIn }) => heldIn === 'file') ? 'file' : 'browser';
  const refusal = refusePublication({ ...person, keyHeldIn }, waiting, policies);
  if (refusal !== undefined) return refusal.reason;
  return keys.length === 0 ? `${person.name} has no key that counts` : undefined;
}

function caseOf(waiting: Waiting, policies: PolicyOfPolicies | undefined, whyNot: string | undefined): GovernanceCase {
  const { version, publishedBy, acts } = waiting;
  const missing = policies && missingPublishers(waiting, policies);
  return create(GovernanceCaseSchema, {
    id: version.digest,
    kind: CaseKind.PUBLICATION,
    requester: version.author,
    openedAt: timestampFromDate(version.submittedAt ?? version.draftedAt),
    missing: bounded(missing && wordsOf(missing.count, missing.roles, publishedBy), 4000),
    waitsForMe: whyNot === undefined,
    whyNotMe: bounded(whyNot, 1000),
    publication: {
      ...{ versionDigest: version.digest, kind: version.kind, name: version.name },
      version: version.version,
      ...{ required: missing?.required ?? 0, roles: [...(missing?.roles ?? [])], publishedBy: [...publishedBy] },
      comment: commentOf(acts, 'submit') ?? commentOf(acts, 'draft') ?? '',
      command: `lane policy publish ${shortId(version.digest)}`,
    },
  });
}

function commentOf(acts: readonly ListedAct[], wanted: StoredAct['verb']): string | undefined {
  return acts.find(({ verb }) => verb === wanted)?.comment ?? undefined;
}

/** `1 of 2 signatures of people with the role release-manager or operator missing; signed by carol`. */
function wordsOf(count: number, roles: readonly string[], publishedBy: readonly string[]): string {
  const total = count + publishedBy.length;
  const so = publishedBy.length === 0 ? '' : `; signed by ${publishedBy.join(', ')}`;
  return `${String(count)} of ${String(total)} signatures of people with the role ${roles.join(' or ')} missing${so}`;
}
