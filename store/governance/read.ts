import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { PolicyVerb } from '../../core/evidence/policy-act.js';
import {
  type DocumentKind,
  type DocumentName,
  type VersionName,
  type VersionState,
  wordsOf,
} from '../../core/governance/document.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';

/** A version of a document, without its text. */
export interface StoredVersion extends VersionName {
  readonly digest: Digest;
  /** Null for what was installed. */
  readonly author: string | null;
  readonly state: VersionState;
  readonly draftedAt: Date;
  readonly submittedAt: Date | null;
  readonly publishedAt: Date | null;
  readonly retiredAt: Date | null;
  /** The version of the policy of policies by which it was published. */
  readonly governedBy: Digest | null;
  /** The number of the version that was published in its place, so that it never can be; absent where it still can, or was. */
  readonly overtakenBy?: number;
}

/** A statement about a version that counted, as it was signed. */
export interface StoredAct {
  readonly statementDigest: Digest;
  readonly version: Digest;
  readonly verb: PolicyVerb;
  readonly principal: string;
  readonly keyId: Digest;
  readonly comment: string | null;
  readonly registeredAt: Date;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** The newest published version of a document. */
export interface StoredHead extends DocumentName {
  readonly version: number;
  readonly digest: Digest;
  readonly inForce: boolean;
  /** How many keys of the tenant have an end: whether a statement counts may be another matter once there are more. */
  readonly endedKeys: number;
}

/** A row of `policy_versions`: what `versionColumns` selects. */
export interface VersionRow {
  digest: Digest;
  kind: DocumentKind;
  name: string;
  version: number;
  previous: Digest | null;
  content_digest: Digest;
  author: string | null;
  state: VersionState;
  drafted_at: Date;
  submitted_at: Date | null;
  published_at: Date | null;
  retired_at: Date | null;
  governed_by: Digest | null;
  overtaken_by: number | null;
}

/**
 * The number of the version that was published in place of one that waits: heads never go back, so that what does not follow
 * the newest never will. The rule is `whyNotNext` of `core/governance/publication.ts`.
 */
const overtakenBy = `(select h.version from policy_heads h
  where h.tenant_id = policy_versions.tenant_id and h.kind = policy_versions.kind and h.name = policy_versions.name
    and h.digest is distinct from policy_versions.previous and policy_versions.state in ('DRAFT', 'PENDING_APPROVAL'))`;

/** The columns of a `VersionRow`. */
export const versionColumns = `digest, kind, name, version, previous, content_digest, author, state, drafted_at, submitted_at,
  published_at, retired_at, governed_by, ${overtakenBy} as overtaken_by`;

/** Where a version stands: as it is stored, or that another one has overtaken it. */
export const versionStanding = `case when ${overtakenBy} is null then state else 'OVERTAKEN' end`;

/** A row as a record. */
export function toVersion(row: VersionRow): StoredVersion {
  return {
    ...{ digest: row.digest, kind: row.kind, name: row.name, version: row.version, content: row.content_digest },
    ...(row.previous !== null && { previous: row.previous }),
    ...{ author: row.author, state: row.state, draftedAt: row.drafted_at, submittedAt: row.submitted_at },
    ...{ publishedAt: row.published_at, retiredAt: row.retired_at, governedBy: row.governed_by },
    ...(row.overtaken_by !== null && { overtakenBy: row.overtaken_by }),
  };
}

/** Lets one transaction of a tenant at a time change its rules: what one has read, no other changes until it has committed. */
export async function governInTurn(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`governance ${tx.tenant}`]);
}

/** A version; undefined where there is none. */
export async function findVersion(tx: Transaction, digest: Digest): Promise<StoredVersion | undefined> {
  const [row] = await tx.query<VersionRow>(
    `select ${versionColumns} from policy_versions where tenant_id = $1 and digest = $2`,
    [tx.tenant, digest],
  );
  return row && toVersion(row);
}

/** A version. @throws NOT_FOUND */
export async function requireVersion(tx: Transaction, digest: Digest): Promise<StoredVersion> {
  const found = await findVersion(tx, digest);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no version ${shortId(digest)} of any policy`,
    object: `version ${shortId(digest)}`,
    next: 'lane policy list',
  });
}

/** The newest published versions of all documents. */
export async function readHeads(tx: Transaction): Promise<readonly StoredHead[]> {
  return tx.query<Pick<StoredHead, keyof StoredHead>>(
    `select h.kind, h.name, h.version, h.digest, v.state = 'PUBLISHED' as "inForce",
            (select count(*)::int from principal_keys k where k.tenant_id = $1 and k.valid_until is not null) as "endedKeys"
       from policy_heads h join policy_versions v on v.tenant_id = h.tenant_id and v.digest = h.digest
      where h.tenant_id = $1 order by h.kind, h.name`,
    [tx.tenant],
  );
}

/** The newest published version of one document; undefined where none was. */
export async function headOf(tx: Transaction, { kind, name }: DocumentName): Promise<StoredHead | undefined> {
  return (await readHeads(tx)).find((head) => head.kind === kind && head.name === name);
}

/** How many versions of a number are told apart. */
const maxNumbered = 10;

/** The versions of a number: that which was published, or else those that still may be, the newest first. */
export async function versionsNumbered(
  tx: Transaction,
  { kind, name, version }: DocumentName & { readonly version: number },
): Promise<readonly StoredVersion[]> {
  const rows = await tx.query<VersionRow>(
    `select ${versionColumns} from policy_versions
      where tenant_id = $1 and kind = $2 and name = $3 and version = $4
        and (published_at is not null or retired_at is null)
      order by published_at is null, drafted_at desc, digest limit $5`,
    [tx.tenant, kind, name, version, maxNumbered],
  );
  const all = rows.map(toVersion);
  const published = all.filter(({ publishedAt }) => publishedAt !== null);
  return published.length > 0 ? published : all;
}

/** All versions of a document that were published, the oldest first, with their texts. */
export async function chainOf(
  tx: Transaction,
  { kind, name }: DocumentName,
): Promise<readonly (StoredVersion & { readonly text: string })[]> {
  const rows = await tx.query<VersionRow & { content: string }>(
    `select ${versionColumns}, content from policy_versions
      where tenant_id = $1 and kind = $2 and name = $3 and published_at is not null order by version`,
    [tx.tenant, kind, name],
  );
  return rows.map((row) => ({ ...toVersion(row), text: row.content }));
}

/** The text of a version. @throws NOT_FOUND */
export async function textOfVersion(tx: Transaction, digest: Digest): Promise<string> {
  const [row] = await tx.query<{ content: string }>(
    'select content from policy_versions where tenant_id = $1 and digest = $2',
    [tx.tenant, digest],
  );
  if (row !== undefined) return row.content;
  throw new LanekeeperError('NOT_FOUND', { message: 'there is no such version', object: `version ${shortId(digest)}` });
}

/** The tests that come with a version; empty for none. */
export async function testsOfVersion(tx: Transaction, digest: Digest): Promise<string> {
  const [row] = await tx.query<{ content: string }>(
    'select content from policy_tests where tenant_id = $1 and version_digest = $2',
    [tx.tenant, digest],
  );
  return row?.content ?? '';
}

const actColumns = `statement_digest as "statementDigest", version_digest as version, verb, principal, key_id as "keyId", comment,
  registered_at as "registeredAt"`;

/** The statements about versions, the oldest first. */
export async function actsOf(tx: Transaction, versions: readonly Digest[]): Promise<readonly StoredAct[]> {
  return tx.query<Pick<StoredAct, keyof StoredAct>>(
    `select ${actColumns}, signed from policy_acts
      where tenant_id = $1 and version_digest = any ($2) order by registered_at, statement_digest`,
    [tx.tenant, versions],
  );
}

/** The same without what was signed: of many versions, that is much. */
export async function actsInShort(
  tx: Transaction,
  versions: readonly Digest[],
): Promise<readonly Omit<StoredAct, 'signed'>[]> {
  return tx.query<Pick<StoredAct, Exclude<keyof StoredAct, 'signed'>>>(
    `select ${actColumns} from policy_acts
      where tenant_id = $1 and version_digest = any ($2) order by registered_at, statement_digest`,
    [tx.tenant, versions],
  );
}

/** The version that a statement was recorded for, if it was. */
export async function versionOfStatement(tx: Transaction, statement: Digest): Promise<StoredVersion | undefined> {
  const [row] = await tx.query<VersionRow>(
    `select ${versionColumns} from policy_versions
      where tenant_id = $1 and digest = (select version_digest from policy_acts where tenant_id = $1 and statement_digest = $2)`,
    [tx.tenant, statement],
  );
  return row && toVersion(row);
}

/** Whether somebody has used a nonce about a version. */
export async function isActNonceUsed(tx: Transaction, principal: string, nonce: string): Promise<boolean> {
  const rows = await tx.query('select 1 from policy_acts where tenant_id = $1 and principal = $2 and nonce = $3', [
    ...[tx.tenant, principal, nonce],
  ]);
  return rows.length > 0;
}

/** How many versions somebody has drafted within a day, and how many of theirs wait to be published. */
export async function countDrafts(
  tx: Transaction,
  author: string,
): Promise<{ readonly today: number; readonly waiting: number }> {
  const [row] = await tx.query<{ today: number; waiting: number }>(
    `select count(*) filter (where drafted_at > clock_timestamp() - interval '1 day')::int as today,
            count(*) filter (where state = 'PENDING_APPROVAL' and ${overtakenBy} is null)::int as waiting
       from policy_versions where tenant_id = $1 and author = $2`,
    [tx.tenant, author],
  );
  return row ?? { today: 0, waiting: 0 };
}

/** What a tenant began with: the list of its documents, as it was stored. */
export interface StoredInstallation {
  readonly digest: Digest;
  readonly content: string;
}

/** What a tenant began with; undefined where nothing was installed. */
export async function findInstallation(tx: Transaction): Promise<StoredInstallation | undefined> {
  const [row] = await tx.query<{ digest: Digest; content: string }>(
    'select digest, content from policy_installations where tenant_id = $1',
    [tx.tenant],
  );
  return row;
}

/** What a tenant began with. @throws CONFIGURATION where nothing was installed */
export async function requireInstallation(tx: Transaction): Promise<StoredInstallation> {
  const found = await findInstallation(tx);
  if (found !== undefined) return found;
  throw new LanekeeperError('CONFIGURATION', {
    message: 'no policies are installed',
    object: `tenant ${tx.tenant}`,
    next: 'stack migrate installs them',
  });
}

/** A document that cannot be had. */
export function unknownDocument(document: DocumentName, version?: string): LanekeeperError {
  return new LanekeeperError('NOT_FOUND', {
    message: `there is no ${version === undefined ? `${wordsOf(document)} that was published` : `version ${version} of ${wordsOf(document)}`}`,
    object: `${document.kind}/${document.name}`,
    next: 'lane policy list',
  });
}
