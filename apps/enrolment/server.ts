import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createValidateInterceptor } from '@connectrpc/validate';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { GovernanceService } from '#gen/governance/v1/governance_service_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { createGuard } from '../../adapters/http/guard.js';
import { respondWithError } from '../../adapters/http/proxy.js';
import { messageOf } from '../../core/errors.js';
import { toEnrolment } from '../api/enrolment/convert.js';
import { toPolicyVersion } from '../api/governance/convert.js';
import { toRestrictionMessage } from '../api/restriction/convert.js';
import { toTransformation } from '../api/transformation/convert.js';
import { createErrorInterceptor } from '../api/errors/connect-error.js';
import { submitPolicyAct, type SubmitDeps } from './policy/submit.js';
import { submitRestriction } from './restriction/submit.js';
import { submitStatement } from './submit.js';
import { submitTransformation } from './transformation/submit.js';

/** A signed statement is small; a draft comes with a text and tests of up to 256 KiB each. */
const readMaxBytes = 2 * 1024 * 1024;

/** A running enrolment server. */
export interface EnrolmentServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves what changes who is who, by which rules, and when, on loopback. It asks for no token: whoever brings a statement, it counts
 * by its signature alone.
 *
 * @param report receives errors that should not have happened
 * @param publicOrigins under which origins the API reaches it besides loopback
 */
export async function startEnrolmentServer(
  deps: SubmitDeps,
  port: number,
  report: (error: unknown) => void,
  publicOrigins: readonly string[] = [],
): Promise<EnrolmentServer> {
  const rpc = connectNodeAdapter({
    routes: (router) =>
      router
        .service(EnrolmentService, {
          async submitEnrolment({ signedStatement }) {
            const { enrolment, statements } = await submitStatement(deps, signedStatement);
            return { enrolment: toEnrolment(enrolment, statements) };
          },
        })
        .service(GovernanceService, {
          async submitPolicyAct({ signedStatement, text, tests }) {
            const { version, acts } = await submitPolicyAct(deps, signedStatement, { text, tests });
            return { version: toPolicyVersion(version, acts) };
          },
        })
        .service(TransformationService, {
          async submitTransformation({ signedStatement }) {
            const { transformation, revision } = await submitTransformation(deps, signedStatement);
            return { transformation: toTransformation(transformation), revision };
          },
        })
        .service(RestrictionService, {
          async submitRestriction({ signedStatement }) {
            const { restriction, revision, notices } = await submitRestriction(deps, signedStatement);
            return { restriction: toRestrictionMessage(restriction, deps.now()), revision, notices: [...notices] };
          },
        }),
    interceptors: [createErrorInterceptor(report), createValidateInterceptor()],
    readMaxBytes,
  });
  const guard = createGuard(publicOrigins);
  const server = createServer((request, response) => {
    const refusal = guard(request);
    if (refusal !== undefined) respondWithError(response, refusal.status, refusal.message);
    else if (request.url === '/healthz') void answerHealth(deps, response);
    else rpc(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // a listening TCP server has one
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), 3_000);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answerHealth({ database }: SubmitDeps, response: ServerResponse): Promise<void> {
  const problem = await database.ping().then(() => undefined, messageOf);
  response.writeHead(problem === undefined ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  response.end(problem ?? 'ok');
}
