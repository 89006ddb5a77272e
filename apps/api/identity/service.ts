import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { IdentityService } from '#gen/governance/v1/identity_service_pb.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseCommitKey } from '../../../core/identity/commit-key.js';
import type { Transaction } from '../../../store/database.js';
import { linkAddress, unlinkAddress } from '../../../store/identity/addresses.js';
import { commitKeys, enrolCommitKey, revokeCommitKey } from '../../../store/identity/commit-keys.js';
import { listPrincipals } from '../../../store/identity/list.js';
import { enrolledKeys, requirePrincipal } from '../../../store/identity/read.js';
import { addPrincipal } from '../../../store/identity/write.js';
import type { ApiDeps } from '../deps.js';
import { type Caller, requireCaller } from './caller.js';
import { kindOf, toCommitKey, toPrincipal } from './convert.js';

/** People, agents and services, and what names them in commits. */
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
    async addPrincipal({ name, kind, displayName, addresses }, context) {
      const { tenant, principal: by } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        await addPrincipal(tx, { name, kind: kindOf(kind), displayName: displayName || name, by: by.name });
        for (const address of addresses) await linkAddress(tx, { address, principal: name, by: by.name });
        return { principal: await principalMessage(tx, name) };
      });
    },
    async linkAddress({ address, principal }, context) {
      const caller = requireCaller(context);
      const name = principal === '' ? caller.principal.name : principal;
      requireOwnOrOperator(caller, name);
      return database.transaction(caller.tenant, async (tx) => {
        await requirePrincipal(tx, name);
        await linkAddress(tx, { address, principal: name, by: caller.principal.name });
        return { principal: await principalMessage(tx, name) };
      });
    },
    async unlinkAddress({ address, principal: name, reason }, context) {
      const { tenant, principal: by } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        await requirePrincipal(tx, name);
        await unlinkAddress(tx, { address, principal: name, by: by.name, reason });
        return { principal: await principalMessage(tx, name) };
      });
    },
    async listCommitKeys(_request, context) {
      const { tenant } = requireCaller(context);
      return { keys: (await database.transaction(tenant, commitKeys)).map(toCommitKey) };
    },
    async enrolCommitKey({ principal, publicKey }, context) {
      const { tenant, principal: by } = requireCaller(context);
      const key = parseCommitKey(publicKey);
      return database.transaction(tenant, async (tx) => {
        await requirePrincipal(tx, principal);
        await enrolCommitKey(tx, { ...key, principal, by: by.name });
        return { key: await commitKeyMessage(tx, key.fingerprint) };
      });
    },
    async revokeCommitKey({ fingerprint, reason }, context) {
      const { tenant, principal: by } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        await revokeCommitKey(tx, { fingerprint, reason, by: by.name });
        return { key: await commitKeyMessage(tx, fingerprint) };
      });
    },
  };
}

/** To link an address to oneself only keeps oneself from approving; to link it to others says who may. */
function requireOwnOrOperator({ principal }: Caller, name: string): void {
  if (name === principal.name || principal.roles.includes('operator')) return;
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: `${principal.name} may not link an address to ${name}`,
    object: `principal ${name}`,
    why: 'everybody links their own addresses; only an operator links those of others',
    next: `${name} runs  lane principal link ADDRESS, or an operator does with --to ${name}`,
  });
}

async function principalMessage(tx: Transaction, name: string) {
  return toPrincipal(await requirePrincipal(tx, name), await enrolledKeys(tx));
}

async function commitKeyMessage(tx: Transaction, fingerprint: string) {
  return (await commitKeys(tx)).filter((key) => key.fingerprint === fingerprint).map(toCommitKey)[0];
}
