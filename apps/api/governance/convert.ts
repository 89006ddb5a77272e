import { create } from '@bufbuild/protobuf';
import {
  DocumentKind,
  type PolicyVersion,
  PolicyVersionSchema,
  PolicyState,
} from '#gen/governance/v1/governance_service_pb.js';
import type { DocumentKind as StoredKind, VersionStanding } from '../../../core/governance/document.js';
import type { StoredAct, StoredVersion } from '../../../store/governance/read.js';
import { instant } from '../convert.js';

const kinds: Readonly<Record<StoredKind, DocumentKind>> = {
  policy: DocumentKind.POLICY,
  profile: DocumentKind.PROFILE,
  definition: DocumentKind.DEFINITION,
  governance: DocumentKind.GOVERNANCE,
};

const states: Readonly<Record<VersionStanding, PolicyState>> = {
  DRAFT: PolicyState.DRAFT,
  PENDING_APPROVAL: PolicyState.PENDING_APPROVAL,
  PUBLISHED: PolicyState.PUBLISHED,
  RETIRED: PolicyState.RETIRED,
  OVERTAKEN: PolicyState.OVERTAKEN,
};

/** A kind for the wire. */
export function toDocumentKind(kind: StoredKind): DocumentKind {
  return kinds[kind];
}

/** The kind that a request names; undefined where it names none. */
export function kindOf(wanted: DocumentKind): StoredKind | undefined {
  return keyOf(kinds, wanted);
}

/** The states that a request names. */
export function statesOf(wanted: readonly PolicyState[]): readonly VersionStanding[] {
  return wanted.flatMap((state) => keyOf(states, state) ?? []);
}

function keyOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>, wanted: Value): Key | undefined {
  return (Object.keys(record) as Key[]).find((key) => record[key] === wanted);
}

/** An act, perhaps without what was signed. */
type ListedAct = Omit<StoredAct, 'signed'> & Partial<Pick<StoredAct, 'signed'>>;

/** A version with what people have signed about it. */
export function toPolicyVersion(version: StoredVersion, acts: readonly ListedAct[]): PolicyVersion {
  const { digest, kind, name, previous = '', content, author, governedBy, overtakenBy } = version;
  return create(PolicyVersionSchema, {
    ...{ digest, kind: kinds[kind], name, version: version.version, previous, contentDigest: content },
    state: states[overtakenBy === undefined ? version.state : 'OVERTAKEN'],
    ...{ author: author ?? '', governedBy: governedBy ?? '', overtakenBy: overtakenBy ?? 0 },
    ...instant('draftedAt', version.draftedAt),
    ...instant('submittedAt', version.submittedAt),
    ...instant('publishedAt', version.publishedAt),
    ...instant('retiredAt', version.retiredAt),
    acts: acts
      .filter((act) => act.version === digest)
      .map(({ verb, principal, comment, registeredAt, signed = '' }) => ({
        ...{ verb, principal, comment: comment ?? '', signedStatement: new TextEncoder().encode(signed) },
        ...instant('registeredAt', registeredAt),
      })),
  });
}
