import { bundleOfRevision } from '../../store/bundle/read.js';
import type { Database } from '../../store/database.js';
import { registerProduct } from '../../store/product/write.js';
import { endRelease, startRelease } from '../../store/release/write.js';
import { withTranslatedErrors } from '../failures.js';
import type { ReleaseRecordActivities } from './types.js';

/** The activities that record releases; each is one transaction. */
export function createReleaseRecordActivities(deps: { readonly database: Database }): ReleaseRecordActivities {
  const { database } = deps;
  return withTranslatedErrors<ReleaseRecordActivities>({
    findSealed: async ({ tenant, product, revision }) =>
      (await database.transaction(tenant, (tx) => bundleOfRevision(tx, product, revision))) ?? null,
    openRelease: async ({ tenant, product, revision, releaseId, workflowId, repository }) =>
      database.transaction(tenant, async (tx) => {
        await registerProduct(tx, { name: product, repository });
        await startRelease(tx, { id: releaseId, workflowId, product, revision, repository });
      }),
    failRelease: async ({ tenant, product, releaseId, error }) =>
      database.transaction(tenant, (tx) => endRelease(tx, { id: releaseId, product }, { error })),
  });
}
