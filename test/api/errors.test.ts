import { createRouterTransport, createClient, ConnectError, Code } from '@connectrpc/connect';
import { describe, expect, it } from '@jest/globals';
import { statusOf } from '../../apps/api/errors/status.js';
import { createErrorInterceptor } from '../../apps/api/errors/connect-error.js';
import { type ErrorCode, LanekeeperError } from '../../core/errors.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';
import { IdentityService } from '#gen/governance/v1/identity_service_pb.js';

/** A client of a service that throws the given error. */
function clientThrowing(error: unknown, reports: unknown[] = []) {
  const interceptors = [createErrorInterceptor((each) => reports.push(each))];
  const fail = () => {
    throw error;
  };
  return createClient(
    IdentityService,
    createRouterTransport((router) => void router.service(IdentityService, { whoAmI: fail }), {
      router: { interceptors },
    }),
  );
}

async function errorOf(client: ReturnType<typeof clientThrowing>): Promise<ConnectError> {
  return client.whoAmI({}).then(
    () => {
      throw new Error('the call was answered');
    },
    (error: unknown) => ConnectError.from(error),
  );
}

describe('an error of the API', () => {
  it.each(Object.keys(statusOf))('with code %s carries its detail', async (code) => {
    const error = await errorOf(
      clientThrowing(new LanekeeperError(code as ErrorCode, { message: 'm', object: 'o', why: 'w', next: 'n' })),
    );
    expect(error.code).toBe(statusOf[code as ErrorCode]);
    expect(error.findDetails(ErrorDetailSchema)[0]).toMatchObject({
      reason: code,
      message: 'm',
      object: 'o',
      why: 'w',
      next: 'n',
    });
  });

  it('that is unexpected is reported internally and reveals nothing to the caller', async () => {
    const reports: unknown[] = [];
    const secret = new Error('password=hunter2 is wrong');
    const error = await errorOf(clientThrowing(secret, reports));
    expect(error.code).toBe(Code.Internal);
    expect(JSON.stringify([error.rawMessage, error.findDetails(ErrorDetailSchema)])).not.toContain('hunter2');
    expect(reports).toEqual([secret]);
  });
});
