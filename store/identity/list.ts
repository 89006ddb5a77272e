import type { Transaction } from '../database.js';
import { type PrincipalRow, principalColumns, type StoredPrincipal, toPrincipal } from './read.js';

/** The principals, by name. */
export async function listPrincipals(tx: Transaction): Promise<readonly StoredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `select ${principalColumns} from principals p where p.tenant_id = $1 order by p.name`,
    [tx.tenant],
  );
  return rows.map(toPrincipal);
}

/** So many people are named where somebody is to be asked. */
const mostNamed = 5;

/** People who have one of several roles, by name; some of them where there are many. */
export async function peopleWithRole(tx: Transaction, roles: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.query<{ name: string }>(
    `select name from principals where tenant_id = $1 and kind = 'human' and roles && $2::text[] order by name limit $3`,
    [tx.tenant, roles, mostNamed],
  );
  return rows.map(({ name }) => name);
}

/** Which of several names nobody has, and which of several roles. */
export async function unknownAmong(
  tx: Transaction,
  { names, roles }: { readonly names: readonly string[]; readonly roles: readonly string[] },
): Promise<{ readonly names: readonly string[]; readonly roles: readonly string[] }> {
  const [found] = await tx.query<{ names: string[]; roles: string[] }>(
    `select array(select n from unnest($2::text[]) n
                   where not exists (select from principals p where p.tenant_id = $1 and p.name = n)) as names,
            array(select r from unnest($3::text[]) r
                   where not exists (select from principals p where p.tenant_id = $1 and r = any (p.roles))) as roles`,
    [tx.tenant, names, roles],
  );
  return found ?? { names: [], roles: [] };
}
