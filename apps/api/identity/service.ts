import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { IdentityService } from '#gen/governance/v1/identity_service_pb.js';
import { commitKeys } from '../../../store/identity/commit-keys.js';
import { listPrincipals } from '../../../store/identity/list.js';
import { enrolledKeys } from '../../../store/identity/read.js';
import { listTokens } from '../../../store/identity/tokens.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from './caller.js';
import { toCommitKey, toPrincipal, toToken } from './convert.js';

/** People, agents and services, and what names them in commits. Who is who changes by enrolment alone. */
export function createIdentityService({ database, now, temporalUiUrl }: ApiDeps): ServiceImpl<typeof IdentityService> {
  return {
    async whoAmI(_request, context) {
      const { tenant, principal } = requireCaller(context);
      const keys = await database.transaction(tenant, enrolledKeys);
      return { tenant, principal: toPrincipal(principal, keys), now: timestampFromDate(now()), temporalUiUrl };
    },
    async listPrincipals(_request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const keys = await enrolledKeys(tx);
        return { principals: (await listPrincipals(tx)).map((principal) => toPrincipal(principal, keys)) };
      });
    },
    async listCommitKeys(_request, context) {
      const { tenant } = requireCaller(context);
      return { keys: (await database.transaction(tenant, commitKeys)).map(toCommitKey) };
    },
    async listTokens(_request, context) {
      const { tenant, principal } = requireCaller(context);
      const whose = principal.roles.includes('operator') ? undefined : principal.name;
      return { tokens: (await database.transaction(tenant, (tx) => listTokens(tx, whose))).map(toToken) };
    },
  };
}
