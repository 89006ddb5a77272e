import type { ServiceImpl } from '@connectrpc/connect';
import type { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { parseTransformationAct } from '../../../core/evidence/read-transformation-act.js';
import { listTransformationChanges, listTransformations } from '../../../store/transformation/list.js';
import { requireTransformation } from '../../../store/transformation/read.js';
import type { ApiDeps } from '../deps.js';
import { requireOwnTenant, throughEnrolment } from '../enrolment/client.js';
import { requireCaller } from '../identity/caller.js';
import { toChange, toTransformation } from './convert.js';

/** As many as a response may hold. */
const maxListed = { transformations: 50, changes: 200, bytesOfStatements: 4 * 1024 * 1024 } as const;

/**
 * Transformations. The API may read them and not change them: a signed statement goes on to the enrolment process, which
 * verifies it; that the API has let a caller in counts for nothing there.
 */
export function createTransformationService({
  database,
  enrolment,
}: ApiDeps): ServiceImpl<typeof TransformationService> {
  return {
    async submitTransformation({ signedStatement }, context) {
      const { tenant } = requireCaller(context);
      requireOwnTenant(parseTransformationAct(unverifiedStatement(signedStatement).statement), tenant);
      return throughEnrolment(() => enrolment.submitTransformation({ signedStatement }));
    },
    async getTransformation({ name }, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => ({
        transformation: toTransformation(await requireTransformation(tx, name)),
      }));
    },
    async listTransformations({ product }, context) {
      const { tenant } = requireCaller(context);
      const filter = { product: product === '' ? undefined : product, limit: maxListed.transformations };
      return database.transaction(tenant, async (tx) => ({
        transformations: (await listTransformations(tx, filter)).map((one) =>
          toTransformation({ ...one, spec: { ...one.spec, artifacts: [] } }),
        ),
      }));
    },
    async listTransformationChanges({ name, withStatements, before }, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        await requireTransformation(tx, name);
        const changes = await listTransformationChanges(tx, name, {
          limit: maxListed.changes,
          before: before === 0 ? undefined : before,
          statements: withStatements ? maxListed.bytesOfStatements : undefined,
        });
        const oldest = changes.at(-1)?.revision ?? 1;
        return { changes: changes.map(toChange), nextBefore: oldest > 1 ? oldest : 0 };
      });
    },
  };
}
