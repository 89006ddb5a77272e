import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { parseDigest } from '../../core/digest.js';
import { parseReleaseId } from '../../core/ids.js';
import { instant, listOf, objectOf, oneOf, optional, parseObject, type Parser, text } from '../../core/input.js';
import { parseRepositoryLocation } from '../../core/release/input.js';
import { bundleOfRevision } from '../../store/bundle/read.js';
import type { Database } from '../../store/database.js';
import { findProduct } from '../../store/product/read.js';
import { registerProduct } from '../../store/product/write.js';
import { lockReleaseOf, requireRunning } from '../../store/release/read.js';
import { recordReleaseSteps } from '../../store/release/steps.js';
import { endRelease, recordTree, startRelease } from '../../store/release/write.js';
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
    async beginRelease(value) {
      const { workflowId, tenant, product, revision } = callingRelease();
      const { releaseId, repository } = parseObject(value, 'input of beginRelease', {
        releaseId: text(100),
        repository: parseRepositoryLocation,
      });
      return database.transaction(tenant, async (tx) => {
        const sealed = await bundleOfRevision(tx, product, revision);
        if (sealed !== undefined) return { sealed, isOpen: false };
        // A product that is new is bound to its repository when a commit of it has been read, not because a message says so.
        if ((await findProduct(tx, product)) === undefined) return { isOpen: false };
        await registerProduct(tx, { name: product, repository });
        await startRelease(tx, { id: releaseId, workflowId, product, revision, repository });
        requireRunning(await lockReleaseOf(tx, { workflowId, releaseId }));
        return { isOpen: true };
      });
    },
    async recordSteps(value) {
      const { workflowId, tenant } = callingRelease();
      const { releaseId, steps } = parseObject(value, 'input of recordSteps', {
        releaseId: text(100),
        steps: listOf(step, maxSteps),
      });
      await database.transaction(tenant, async (tx) =>
        recordReleaseSteps(tx, await lockReleaseOf(tx, { workflowId, releaseId }), steps),
      );
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
        await recordTree(tx, requireRunning(await lockReleaseOf(tx, { workflowId, releaseId })), tree);
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

/** More than a release of everything that a product file can name has. */
const maxSteps = 500;

const date: Parser<Date> = (value, object) => new Date(instant(value, object));

const step = objectOf({
  id: text(200),
  state: oneOf('WAITING', 'RUNNING', 'DONE', 'FAILED'),
  detail: optional(text(2_000, 0)),
  startedAt: optional(date),
  endedAt: optional(date),
});

function callingRelease() {
  const { workflowId } = requireLocalCaller('release');
  return { workflowId, ...parseReleaseId(workflowId) };
}
