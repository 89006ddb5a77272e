import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { requirePrincipal, type StoredPrincipal } from './read.js';

/** Adds a principal of a development stack unless there is one of that name. What people changed since then stays. */
export async function ensurePrincipal(tx: Transaction, principal: Omit<StoredPrincipal, 'addresses'>): Promise<void> {
  await tx.query(
    `insert into principals (tenant_id, name, kind, display_name, roles) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, name) do nothing`,
    [tx.tenant, principal.name, principal.kind, principal.displayName, principal.roles],
  );
}

/** Adds a principal without keys and roles. @throws CONFLICT when there is one of that name */
export async function addPrincipal(
  tx: Transaction,
  principal: Pick<StoredPrincipal, 'name' | 'kind' | 'displayName'> & { readonly by: string },
): Promise<void> {
  const { name, kind, displayName, by } = principal;
  const rows = await tx.query(
    `insert into principals (tenant_id, name, kind, display_name) values ($1, $2, $3, $4)
     on conflict do nothing returning name`,
    [tx.tenant, name, kind, displayName],
  );
  if (rows.length === 0)
    throw new LanekeeperError('CONFLICT', {
      message: `there is a principal ${name} already`,
      object: `principal ${name}`,
      next: `to link an address to it: lane principal link ADDRESS --to ${name}`,
    });
  await appendEvent(tx, { type: 'principal.added', actor: by, data: { principal: name, kind } });
}

/** Gives a principal roles, or takes them away. @throws UNKNOWN_PRINCIPAL, CONFLICT when nothing would change */
export async function changeRoles(
  tx: Transaction,
  change: {
    readonly verb: 'grant' | 'withdraw';
    readonly principal: string;
    readonly roles: readonly string[];
    readonly by: string;
    readonly reason: string;
  },
): Promise<void> {
  const { verb, principal, by, reason } = change;
  const before = (await requirePrincipal(tx, principal)).roles;
  const roles = change.roles.filter((role) => before.includes(role) === (verb === 'withdraw'));
  if (roles.length === 0)
    throw new LanekeeperError('CONFLICT', {
      message: `${principal} ${verb === 'grant' ? 'has' : 'does not have'} ${change.roles.join(', ')} ${verb === 'grant' ? 'already' : 'anyway'}`,
      object: `principal ${principal}`,
      next: 'lane principal list',
    });
  const after = verb === 'grant' ? [...before, ...roles] : before.filter((role) => !roles.includes(role));
  await tx.query('update principals set roles = $3 where tenant_id = $1 and name = $2', [tx.tenant, principal, after]);
  await appendEvent(tx, {
    type: verb === 'grant' ? 'roles.granted' : 'roles.withdrawn',
    actor: by,
    data: { principal, roles: roles.join(', '), reason },
  });
}
