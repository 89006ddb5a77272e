import type { ServiceImpl } from '@connectrpc/connect';
import type { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { parseEnrolmentStatement } from '../../../core/evidence/read-enrolment.js';
import { listEnrolments } from '../../../store/enrolment/list.js';
import { statementsOf } from '../../../store/enrolment/read.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';
import { requireOwnTenant, throughEnrolment } from './client.js';
import { toEnrolment } from './convert.js';

/** As many as a response may hold. */
const maxListed = 200;

/**
 * Who is who. The API may read it and not change it: a signed statement goes on to the enrolment process, which verifies
 * it; that the API has let a caller in counts for nothing there.
 */
export function createEnrolmentService({ database, enrolment }: ApiDeps): ServiceImpl<typeof EnrolmentService> {
  return {
    async submitEnrolment({ signedStatement }, context) {
      const { tenant } = requireCaller(context);
      requireOwnTenant(parseEnrolmentStatement(unverifiedStatement(signedStatement).statement), tenant);
      return throughEnrolment(() => enrolment.submitEnrolment({ signedStatement }));
    },
    async listEnrolments({ waiting }, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const enrolments = await listEnrolments(tx, { waiting, limit: maxListed });
        const statements = await statementsOf(
          tx,
          enrolments.map(({ id }) => id),
        );
        return { enrolments: enrolments.map((one) => toEnrolment(one, statements)) };
      });
    },
  };
}
