import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { GovernanceService } from '#gen/governance/v1/governance_service_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { LanekeeperError } from '../../../core/errors.js';

/** How long the API waits for the enrolment process. */
const timeoutMs = 10_000;

/** The enrolment process, as the API reaches it. */
export interface EnrolmentProcess
  extends
    Pick<Client<typeof EnrolmentService>, 'submitEnrolment'>,
    Pick<Client<typeof GovernanceService>, 'submitPolicyAct'>,
    Pick<Client<typeof TransformationService>, 'submitTransformation'>,
    Pick<Client<typeof RestrictionService>, 'submitRestriction'> {
  /** Resolves when it and its database answer. */
  ping(): Promise<void>;
}

/** Nothing is sent before the first call. */
export function connectToEnrolment(url: string): EnrolmentProcess {
  const transport = createConnectTransport({
    ...{ baseUrl: url, httpVersion: '1.1', useBinaryFormat: true, defaultTimeoutMs: timeoutMs },
  });
  const { submitEnrolment } = createClient(EnrolmentService, transport);
  const { submitPolicyAct } = createClient(GovernanceService, transport);
  const { submitTransformation } = createClient(TransformationService, transport);
  const { submitRestriction } = createClient(RestrictionService, transport);
  return {
    submitTransformation,
    submitRestriction,
    submitEnrolment,
    submitPolicyAct,
    async ping() {
      const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}

/** Asks the enrolment process. @throws UNAVAILABLE when it does not answer */
export async function throughEnrolment<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isAway(error) ? away(error) : error;
  }
}

/**
 * A caller of one tenant has no business with another, even with a statement that somebody of that tenant signed.
 * @throws DECISION_MISMATCH
 */
export function requireOwnTenant(said: { readonly tenant: string }, tenant: string): void {
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
