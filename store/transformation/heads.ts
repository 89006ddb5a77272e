import type { Digest } from '../../core/digest.js';
import type { ObjectHead } from '../../core/signed-object/believe.js';
import type { Transaction } from '../database.js';
import { wasValid } from '../identity/read.js';
import { oncePerTransaction } from '../once.js';

interface HeadRow {
  name: string;
  revision: number | null;
  state: 'ACTIVE' | 'RETIRED' | null;
  content: Digest | null;
  newest: number | null;
  statement: Digest | null;
  registered_at: Date | null;
  follows: boolean;
  key_id: Digest | null;
  principal: string | null;
  public_key_pem: string | null;
  valid_from: Date | null;
  valid_until: Date | null;
}

/** Every transformation as its row and its newest change have it, retired or not; one of both may be missing. */
export function transformationHeads(tx: Transaction): Promise<readonly ObjectHead[]> {
  return oncePerTransaction(tx, 'heads of transformations', async () => {
    // The names are found one by one in the index: how long the histories are does not matter.
    const rows = await tx.query<HeadRow>(
      `with recursive changed (name) as (
         (select name from transformation_changes where tenant_id = $1 order by name limit 1)
         union all
         select (select n.name from transformation_changes n where n.tenant_id = $1 and n.name > c.name
                  order by n.name limit 1)
           from changed c where c.name is not null),
       named (name) as (
         select name from changed where name is not null
         union select name from transformations where tenant_id = $1)
       select n.name, t.revision, t.state, t.content_digest as content,
              c.revision as newest, c.statement_digest as statement, c.registered_at,
              c.revision = 1 or exists (
                select 1 from transformation_changes b
                 where b.tenant_id = $1 and b.name = n.name and b.revision = c.revision - 1) as follows,
              k.key_id, k.principal, k.public_key_pem, k.valid_from, k.valid_until
         from named n
         left join transformations t on t.tenant_id = $1 and t.name = n.name
         left join lateral (
           select * from transformation_changes h where h.tenant_id = $1 and h.name = n.name
            order by h.revision desc limit 1) c on true
         left join principal_keys k on k.tenant_id = $1 and k.key_id = c.key_id and k.purpose = 'person' and k.held_in = 'file'
        order by n.name`,
      [tx.tenant],
    );
    return rows.map(toHead);
  });
}

/** The signed statement of the newest change, a Sigstore bundle. */
export async function statementOfHead(tx: Transaction, statement: Digest): Promise<string> {
  const [row] = await tx.query<{ signed: string }>(
    'select signed from transformation_changes where tenant_id = $1 and statement_digest = $2',
    [tx.tenant, statement],
  );
  return row?.signed ?? '';
}

function toHead(row: HeadRow): ObjectHead {
  const { name, revision, state, content, newest, statement, registered_at: registeredAt } = row;
  const key = keyOf(row);
  return {
    name,
    current: revision === null || state === null || content === null ? undefined : { revision, state, content },
    change:
      newest === null || statement === null || registeredAt === null
        ? undefined
        : {
            ...{ revision: newest, statement, registeredAt, follows: row.follows },
            key: key && { ...key, counted: wasValid(key, registeredAt) },
          },
  };
}

function keyOf({ key_id: keyId, principal, public_key_pem: publicKeyPem, valid_from: validFrom, ...row }: HeadRow) {
  if (keyId === null || principal === null || publicKeyPem === null || validFrom === null) return undefined;
  return { keyId, principal, publicKeyPem, validFrom, validUntil: row.valid_until };
}
