import { whyDeparted } from '../../../core/governance/departure.js';
import { parseDigest } from '../../../core/digest.js';
import { type DocumentKind, documentKinds, type VersionName } from '../../../core/governance/document.js';
import { shortId } from '../../../core/ids.js';
import { DocumentKind as WireKind, PolicyState, type PolicyVersion } from '#gen/governance/v1/governance_service_pb.js';
import { usageError } from '../errors/report-error.js';

const kinds: Readonly<Record<DocumentKind, WireKind>> = {
  policy: WireKind.POLICY,
  profile: WireKind.PROFILE,
  definition: WireKind.DEFINITION,
  governance: WireKind.GOVERNANCE,
};

/** The kind that a version is of. */
export function kindOf(version: Pick<PolicyVersion, 'kind'>): DocumentKind {
  return documentKinds.find((kind) => kinds[kind] === version.kind) ?? 'policy';
}

/** The kind and the name in `policy/default`. @throws INVALID_INPUT */
export function parseDocumentName(given: string): { readonly kind: WireKind; readonly name: string } {
  const [kind, name = ''] = given.split('/');
  const known = documentKinds.find((one) => one === kind);
  if (known === undefined || name === '')
    throw usageError(`${given} is no document`, `write it as policy/default; kinds are ${documentKinds.join(', ')}`);
  return { kind: kinds[known], name };
}

/** A version as the API takes it: `policy/default`, `policy/default@3`, a digest or the beginning of one. @throws INVALID_INPUT */
export function parseVersionName(given: string): string {
  if (given.length >= 4 && (given.includes('/') || /^(sha256:)?[0-9a-f]+$/.test(given))) return given;
  throw usageError(
    `${given} names no version`,
    'write policy/default for the one published last, policy/default@3, or a digest or at least the first 4 characters of one; lane policy list shows them',
  );
}

/** `policy/default@3`. */
export function nameOf(version: PolicyVersion): string {
  return `${kindOf(version)}/${version.name}@${String(version.version)}`;
}

/** What names the version, as people sign it. */
export function versionNameOf(version: PolicyVersion): VersionName {
  const { name, previous, contentDigest } = version;
  return {
    ...{ kind: kindOf(version), name, version: version.version, content: parseDigest(contentDigest) },
    ...(previous !== '' && { previous: parseDigest(previous) }),
  };
}

/** Where a version stands, in words. @param others among which the version is that has replaced it */
export function stateOf(version: PolicyVersion, others: readonly PolicyVersion[] = []): string {
  switch (version.state) {
    case PolicyState.DRAFT:
      return 'draft';
    case PolicyState.PENDING_APPROVAL:
      return 'waits to be published';
    case PolicyState.PUBLISHED:
      return 'in force';
    case PolicyState.OVERTAKEN:
      return `overtaken by @${String(version.overtakenBy)}`;
    default:
      return whyRetired(version, others);
  }
}

/** What to do instead of publishing a version that another one has overtaken. */
export const draftAgain = 'draft it again from what is in force: lane policy apply FILE';

/** Why a version never can be published. */
export function whyOvertaken(version: PolicyVersion): string {
  return `${kindOf(version)}/${version.name}@${String(version.overtakenBy)} was published in its place, so that it never can be`;
}

function whyRetired({ digest, author, publishedAt, acts }: PolicyVersion, others: readonly PolicyVersion[]): string {
  const retiredBy = acts.find(({ verb }) => verb === 'retire')?.principal;
  const why = whyDeparted({ author, wasPublished: publishedAt !== undefined, retiredBy });
  const next = others.find(({ previous, publishedAt: at }) => previous === digest && at !== undefined);
  return why === 'replaced' && next !== undefined ? `replaced by @${String(next.version)}` : why;
}

/** What has happened to a version, and what comes next. */
export function lineOf(version: PolicyVersion): string {
  const id = shortId(version.digest);
  switch (version.state) {
    case PolicyState.DRAFT:
      return `${nameOf(version)} is a draft (${id})\n→ have it published: lane policy submit ${id}`;
    case PolicyState.PENDING_APPROVAL:
      return `${nameOf(version)} waits to be published (${id})\n→ somebody other than ${version.author} runs  lane policy publish ${id}`;
    case PolicyState.PUBLISHED:
      return `${nameOf(version)} is in force`;
    case PolicyState.OVERTAKEN:
      return `${nameOf(version)} is overtaken (${id}): ${whyOvertaken(version)}\n→ ${draftAgain}`;
    default:
      return `${nameOf(version)} is ${whyRetired(version, [])}`;
  }
}
