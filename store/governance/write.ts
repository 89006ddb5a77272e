import type { Digest } from '../../core/digest.js';
import type { PolicyVerb } from '../../core/evidence/policy-act.js';
import {
  digestOfInstallation,
  digestOfText,
  digestOfVersion,
  firstVersion,
  type InstalledDocument,
  installationOf,
  type VersionName,
} from '../../core/governance/document.js';
import { canonicalJson } from '../../core/hash.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { type StoredVersion, toVersion, versionColumns, type VersionRow } from './read.js';

/** A document to install. */
export interface NewDocument {
  readonly kind: InstalledDocument['kind'];
  readonly name: string;
  readonly text: string;
}

/** Installs what a tenant begins with, once. @returns its digest, which has to be pinned outside of the database */
export async function installPolicies(tx: Transaction, documents: readonly NewDocument[]): Promise<Digest> {
  const installed = documents.map(({ kind, name, text }) => ({ kind, name, content: digestOfText(text) }));
  const digest = digestOfInstallation(installed);
  await tx.query('insert into policy_installations (tenant_id, digest, content) values ($1, $2, $3)', [
    ...[tx.tenant, digest, canonicalJson(installationOf(installed))],
  ]);
  for (const document of documents) {
    const version = firstVersion({ ...document, content: digestOfText(document.text) });
    await tx.query(
      `insert into policy_versions (tenant_id, digest, kind, name, version, content_digest, content, state, published_at)
       values ($1, $2, $3, $4, 1, $5, $6, 'PUBLISHED', clock_timestamp())`,
      [tx.tenant, digestOfVersion(version), version.kind, version.name, version.content, document.text],
    );
    await tx.query('insert into policy_heads (tenant_id, kind, name, version, digest) values ($1, $2, $3, 1, $4)', [
      tx.tenant,
      version.kind,
      version.name,
      digestOfVersion(version),
    ]);
  }
  await appendEvent(tx, { type: 'policy.installed', data: { installation: digest, documents: documents.length } });
  return digest;
}

/** A statement that counts, with its signature verified. */
export interface NewAct {
  readonly statementDigest: Digest;
  readonly verb: PolicyVerb;
  readonly principal: string;
  readonly keyId: Digest;
  readonly nonce: string;
  readonly comment?: string | undefined;
  /** The digest of the tests that come with a draft. */
  readonly tests?: Digest | undefined;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** Records a statement about a version. */
export async function recordAct(tx: Transaction, version: Digest, act: NewAct): Promise<void> {
  await tx.query(
    `insert into policy_acts (tenant_id, statement_digest, version_digest, verb, principal, key_id, nonce, comment, tests, signed)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[tx.tenant, act.statementDigest, version, act.verb, act.principal, act.keyId, act.nonce],
      ...[act.comment ?? null, act.tests ?? null, act.signed],
    ],
  );
}

/** Keeps a draft; its author's statement is recorded already. */
export async function insertDraft(
  tx: Transaction,
  { kind, name, version, previous, content }: VersionName,
  { author, text }: { readonly author: string; readonly text: string },
): Promise<StoredVersion> {
  const digest = digestOfVersion({ kind, name, version, content, ...(previous !== undefined && { previous }) });
  const [row] = await tx.query<VersionRow>(
    `insert into policy_versions (tenant_id, digest, kind, name, version, previous, content_digest, content, author)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${versionColumns}`,
    [tx.tenant, digest, kind, name, version, previous ?? null, content, text, author],
  );
  return recorded(tx, 'policy.drafted', row as VersionRow, author);
}

/** Keeps the tests that come with a draft; their digest is in its author's statement, which is recorded already. */
export async function insertTests(tx: Transaction, version: Digest, tests: string): Promise<void> {
  await tx.query('insert into policy_tests (tenant_id, version_digest, content) values ($1, $2, $3)', [
    ...[tx.tenant, version, tests],
  ]);
}

/** The author of a draft wants it published. */
export async function submitVersion(tx: Transaction, { digest, author }: StoredVersion): Promise<StoredVersion> {
  const [row] = await tx.query<VersionRow>(
    `update policy_versions set state = 'PENDING_APPROVAL', submitted_at = clock_timestamp()
      where tenant_id = $1 and digest = $2 returning ${versionColumns}`,
    [tx.tenant, digest],
  );
  return recorded(tx, 'policy.submitted', row as VersionRow, author ?? '');
}

/** Publishes a version: it is the newest of its document from now on, and the one before it is retired. */
export async function publishVersion(
  tx: Transaction,
  { digest, kind, name, version, previous }: StoredVersion,
  { by, governedBy }: { readonly by: string; readonly governedBy: Digest },
): Promise<StoredVersion> {
  await tx.query(
    previous === undefined
      ? 'insert into policy_heads (tenant_id, kind, name, version, digest) values ($1, $2, $3, $4, $5)'
      : 'update policy_heads set version = $4, digest = $5 where tenant_id = $1 and kind = $2 and name = $3',
    [tx.tenant, kind, name, version, digest],
  );
  const [row] = await tx.query<VersionRow>(
    `update policy_versions set state = 'PUBLISHED', published_at = clock_timestamp(), governed_by = $3
      where tenant_id = $1 and digest = $2 returning ${versionColumns}`,
    [tx.tenant, digest, governedBy],
  );
  await tx.query(
    `update policy_versions set state = 'RETIRED', retired_at = clock_timestamp()
      where tenant_id = $1 and digest = $2 and state = 'PUBLISHED'`,
    [tx.tenant, previous ?? null],
  );
  return recorded(tx, 'policy.published', row as VersionRow, by);
}

/** Withdraws a version, or takes what is in force out of force. */
export async function retireVersion(
  tx: Transaction,
  { digest, state }: StoredVersion,
  by: string,
): Promise<StoredVersion> {
  const [row] = await tx.query<VersionRow>(
    `update policy_versions set state = 'RETIRED', retired_at = clock_timestamp()
      where tenant_id = $1 and digest = $2 returning ${versionColumns}`,
    [tx.tenant, digest],
  );
  return recorded(tx, state === 'PUBLISHED' ? 'policy.retired' : 'policy.withdrawn', row as VersionRow, by);
}

async function recorded(
  tx: Transaction,
  type: 'policy.drafted' | 'policy.submitted' | 'policy.published' | 'policy.retired' | 'policy.withdrawn',
  row: VersionRow,
  actor: string,
): Promise<StoredVersion> {
  const { kind, name, version, digest } = row;
  await appendEvent(tx, { type, actor, data: { document: `${kind}/${name}`, version, digest } });
  return toVersion(row);
}
