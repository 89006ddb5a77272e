import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { parseDigest } from '../../core/digest.js';
import { parseReleaseId } from '../../core/ids.js';
import { objectOf, parseObject, text } from '../../core/input.js';
import { parseRepositoryLocation } from '../../core/release/input.js';
import { bundleOfRevision } from '../../store/bundle/read.js';
import type { Database } from '../../store/database.js';
import { registerProduct } from '../../store/product/write.js';
import { lockReleaseOf, requireRunning } from '../../store/release/read.js';
import { endRelease, startRelease } from '../../store/release/write.js';
import { requireLocalCaller } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { readStoredCommit } from './open-source.js';
import type { ReleaseRecordActivities } from './types.js';

/**
 * The activities that record releases; each is one transaction. They are local activities of the release workflow, and
 * refuse every other caller. Tenant, product and revision come from the caller's workflow id.
 */
export function createReleaseRecordActivities(deps: {
  readonly database: Database;
  readonly blobs: TenantStores;
}): ReleaseRecordActivities {
  const { database } = deps;
  return withTranslatedErrors<ReleaseRecordActivities>({
    async findSealed() {
      const { tenant, product, revision } = callingRelease();
      return (await database.transaction(tenant, (tx) => bundleOfRevision(tx, product, revision))) ?? null;
    },
    async openRelease(value) {
      const { workflowId, tenant, product, revision } = callingRelease();
      const { releaseId, repository, commit } = parseObject(value, 'input of openRelease', {
        releaseId: text(100),
        repository: parseRepositoryLocation,
        commit: parseDigest,
      });
      const { tree } = await readStoredCommit(deps.blobs.of(tenant), commit, revision);
      await database.transaction(tenant, async (tx) => {
        await registerProduct(tx, { name: product, repository });
        await startRelease(tx, { id: releaseId, workflowId, product, revision, repository, tree });
        requireRunning(await lockReleaseOf(tx, { workflowId, releaseId }));
      });
    },
    async failRelease(value) {
      const { workflowId, tenant } = callingRelease();
      const { releaseId, error } = parseObject(value, 'input of failRelease', {
        releaseId: text(100),
        error: objectOf({ code: text(100), message: text(2000, 0) }),
      });
      await database.transaction(tenant, async (tx) =>
        endRelease(tx, await lockReleaseOf(tx, { workflowId, releaseId }), { error }),
      );
    },
  });
}

function callingRelease() {
  const { workflowId } = requireLocalCaller('release');
  return { workflowId, ...parseReleaseId(workflowId) };
}
