import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type IdentityService,
  type Principal,
  PrincipalKind,
  PrincipalSchema,
} from '#gen/governance/v1/identity_service_pb.js';
import { enrolledKeys, type StoredKey, type StoredPrincipal } from '../../../store/identity/read.js';
import { listPrincipals } from '../../../store/identity/list.js';
import { requireCaller } from './caller.js';
import { instant } from '../convert.js';
import type { ApiDeps } from '../deps.js';

/** People and machines. */
export function createIdentityService({ database, now }: ApiDeps): ServiceImpl<typeof IdentityService> {
  return {
    async whoAmI(_request, context) {
      const { tenant, principal } = requireCaller(context);
      const keys = await database.transaction(tenant, enrolledKeys);
      return { tenant, principal: toPrincipal(principal, keys), now: timestampFromDate(now()) };
    },
    async listPrincipals(_request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const keys = await enrolledKeys(tx);
        return { principals: (await listPrincipals(tx)).map((principal) => toPrincipal(principal, keys)) };
      });
    },
  };
}

function toPrincipal(principal: StoredPrincipal, keys: readonly StoredKey[]): Principal {
  return create(PrincipalSchema, {
    name: principal.name,
    kind: principal.kind === 'person' ? PrincipalKind.PERSON : PrincipalKind.MACHINE,
    displayName: principal.displayName,
    roles: [...principal.roles],
    emails: [...principal.emails],
    keys: keys
      .filter((key) => key.principal === principal.name)
      .map((key) => ({
        keyId: key.keyId,
        purpose: key.purpose,
        publicKeyPem: key.publicKeyPem,
        ...instant('validFrom', key.validFrom),
        ...instant('validUntil', key.validUntil),
      })),
  });
}
