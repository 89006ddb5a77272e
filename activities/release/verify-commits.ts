import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { maxBundleBytes, verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { asLanekeeperError, LanekeeperError, messageOf } from '../../core/errors.js';
import { parseCommitsStatement } from '../../core/evidence/commits.js';
import { subjectDigestsOf } from '../../core/evidence/statement.js';
import type { Manifest } from '../../core/release/manifest.js';
import type { Database } from '../../store/database.js';
import { findAttestation } from '../../store/evidence/read.js';
import { enrolledKeys, wasValid } from '../../store/identity/read.js';
import type { StoredRelease } from '../../store/release/read.js';

/**
 * Requires that the list of commits that a manifest names was signed with a key of the build, about the commit of this
 * release.
 * @throws EVIDENCE_INVALID, BLOB_MISSING, BLOB_CORRUPT
 */
export async function verifyCommitList(
  deps: { readonly blobs: ContentStore; readonly database: Database },
  tenant: string,
  release: StoredRelease,
  { source: { commits, commit } }: Manifest,
): Promise<void> {
  if (commits === undefined) throw invalid('it names none');
  const { registered, keys } = await deps.database.transaction(tenant, async (tx) => ({
    registered: await findAttestation(tx, commits.statement, commits.keyId),
    keys: await enrolledKeys(tx),
  }));
  if (registered?.checksum !== commits.checksum || registered.kind !== 'commits' || commits.kind !== 'commits')
    throw invalid('the one that it names is not registered');
  const key = keys.find(
    (one) => one.keyId === registered.keyId && one.purpose === 'build' && wasValid(one, registered.registeredAt),
  );
  if (key === undefined) throw invalid('no key of the build signed it');
  try {
    const { statement } = verifyStatement(await deps.blobs.get(registered.checksum, maxBundleBytes), [
      key.publicKeyPem,
    ]);
    const list = parseCommitsStatement(statement);
    const [subject, ...others] = subjectDigestsOf(statement);
    if (subject !== commit || others.length > 0) throw invalid('it is not about exactly the commit of the release');
    const isOwn = list.tenant === tenant && list.product === release.product && list.revision === release.revision;
    if (!isOwn) throw invalid('it is that of another release');
  } catch (error) {
    if (asLanekeeperError(error) !== undefined) throw error;
    throw invalid(messageOf(error), error);
  }
}

function invalid(why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    { message: 'the manifest has no valid list of the commits of its release', why, next: 'release the commit again' },
    { cause },
  );
}
