import { LanekeeperError } from '../../core/errors.js';
import type { PrincipalKind } from '../../core/identity/principal-kind.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** Whose an address is. */
export interface AddressOwner {
  readonly name: string;
  readonly kind: PrincipalKind;
  /** Who said so. */
  readonly linkedBy: string;
}

/** The form in which addresses are compared. */
export function addressKey(address: string): string {
  return address.toLowerCase();
}

/** Whose these addresses are, by {@link addressKey}. An address that belongs to nobody is absent. */
export async function ownersOfAddresses(
  tx: Transaction,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, readonly AddressOwner[]>> {
  const rows = await tx.query<{ address: string; name: string; kind: PrincipalKind; linked_by: string }>(
    `select a.address, p.name, p.kind, a.linked_by
       from principal_addresses a join principals p on p.tenant_id = a.tenant_id and p.name = a.principal
      where a.tenant_id = $1 and a.address = any($2) order by a.address, p.name`,
    [tx.tenant, [...new Set(addresses.map(addressKey))]],
  );
  const owners = new Map<string, AddressOwner[]>();
  for (const { address, name, kind, linked_by: linkedBy } of rows)
    owners.set(address, [...(owners.get(address) ?? []), { name, kind, linkedBy }]);
  return owners;
}

/** How many addresses a principal can have. Everybody may link addresses to themselves, and each wakes what waits. */
const maxAddresses = 32;

/** Links an address to a principal. Repeating the call changes nothing. @throws CONFLICT when it has too many */
export async function linkAddress(
  tx: Transaction,
  link: { readonly address: string; readonly principal: string; readonly by: string },
): Promise<void> {
  const address = addressKey(link.address);
  const rows = await tx.query(
    `insert into principal_addresses (tenant_id, address, principal, linked_by) values ($1, $2, $3, $4)
     on conflict do nothing returning address`,
    [tx.tenant, address, link.principal, link.by],
  );
  if (rows.length === 0) return;
  const linked = await tx.query('select address from principal_addresses where tenant_id = $1 and principal = $2', [
    tx.tenant,
    link.principal,
  ]);
  if (linked.length > maxAddresses)
    throw new LanekeeperError('CONFLICT', {
      message: `${link.principal} has ${String(maxAddresses)} addresses already`,
      object: `principal ${link.principal}`,
      next: `an operator takes one away: lane principal unlink ADDRESS --from ${link.principal} --reason TEXT`,
    });
  await appendEvent(tx, { type: 'address.linked', actor: link.by, data: { address, principal: link.principal } });
}

/** Takes an address from a principal. @throws NOT_FOUND when it is not theirs */
export async function unlinkAddress(
  tx: Transaction,
  link: { readonly address: string; readonly principal: string; readonly by: string; readonly reason: string },
): Promise<void> {
  const address = addressKey(link.address);
  const rows = await tx.query(
    `delete from principal_addresses where tenant_id = $1 and address = $2 and principal = $3 returning address`,
    [tx.tenant, address, link.principal],
  );
  const { principal, reason } = link;
  if (rows.length === 0)
    throw new LanekeeperError('NOT_FOUND', {
      message: `${principal} has no address ${address}`,
      object: `principal ${principal}`,
      next: 'lane principal list',
    });
  await appendEvent(tx, { type: 'address.unlinked', actor: link.by, data: { address, principal, reason } });
}
