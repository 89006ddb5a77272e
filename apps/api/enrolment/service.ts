import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseEnrolmentStatement } from '../../../core/evidence/read-enrolment.js';
import { listEnrolments } from '../../../store/enrolment/list.js';
import { statementsOf } from '../../../store/enrolment/read.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';
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
      requireTenant(signedStatement, tenant);
      try {
        return await enrolment.submitEnrolment({ signedStatement });
      } catch (error) {
        throw isAway(error) ? away(error) : error;
      }
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

/** A caller of one tenant has no business with another, even with a statement that somebody of that tenant signed. */
function requireTenant(signed: Uint8Array, tenant: string): void {
  const said = parseEnrolmentStatement(unverifiedStatement(signed).statement);
  if (said.tenant !== tenant)
    throw new LanekeeperError('DECISION_MISMATCH', {
      message: 'the statement does not count here',
      why: `it is for tenant ${said.tenant}, and the token is of tenant ${tenant}`,
      next: 'use a token of that tenant',
    });
}

function isAway(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.Unknown);
}

function away(cause: unknown): LanekeeperError {
  return new LanekeeperError(
    'UNAVAILABLE',
    { message: 'the enrolment process does not answer', object: 'process enrolment', next: 'lane doctor' },
    { cause },
  );
}
