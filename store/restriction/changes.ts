import type { Digest } from '../../core/digest.js';
import { keyText, type RestrictionKey, type RestrictionKind } from '../../core/restriction/model.js';
import type { ObjectHead } from '../../core/signed-object/believe.js';
import type { Transaction } from '../database.js';
import { wasValid } from '../identity/read.js';
import { oncePerTransaction } from '../once.js';

/** The restriction and revision that a statement made, if it was recorded. */
export async function restrictionOfStatement(
  tx: Transaction,
  statement: Digest,
): Promise<(RestrictionKey & { readonly revision: number }) | undefined> {
  const [row] = await tx.query<{ kind: RestrictionKind; name: string; revision: number }>(
    'select kind, name, revision from restriction_changes where tenant_id = $1 and statement_digest = $2',
    [tx.tenant, statement],
  );
  return row;
}

/** Whether somebody has used a nonce. */
export async function isRestrictionNonceUsed(tx: Transaction, principal: string, nonce: string): Promise<boolean> {
  const rows = await tx.query(
    'select 1 from restriction_changes where tenant_id = $1 and principal = $2 and nonce = $3',
    [tx.tenant, principal, nonce],
  );
  return rows.length > 0;
}

/** How many restrictions there are, and how many changes somebody has made within a day. */
export async function countRestrictions(
  tx: Transaction,
  principal: string,
): Promise<{ readonly all: number; readonly ownToday: number }> {
  const [row] = await tx.query<{ all: number; own: number }>(
    `select (select count(*)::int from restrictions where tenant_id = $1) as all,
            (select count(*)::int from restriction_changes
              where tenant_id = $1 and principal = $2 and registered_at > clock_timestamp() - interval '1 day') as own`,
    [tx.tenant, principal],
  );
  return { all: row?.all ?? 0, ownToday: row?.own ?? 0 };
}

/** The newest revision of a restriction, and what its row says that it is about; null for all. */
export interface RestrictionHead extends ObjectHead {
  readonly products: readonly string[] | null;
  readonly lanes: readonly string[] | null;
}

interface HeadRow {
  kind: RestrictionKind;
  name: string;
  products: string[] | null;
  lanes: string[] | null;
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

/** Every restriction as its row and its newest change have it, ended or not; one of both may be missing. */
export function restrictionHeads(tx: Transaction): Promise<readonly RestrictionHead[]> {
  return oncePerTransaction(tx, 'heads of restrictions', async () => {
    const rows = await tx.query<HeadRow>(
      `with changed as (
         select distinct on (c.kind, c.name) c.* from restriction_changes c
          where c.tenant_id = $1 order by c.kind, c.name, c.revision desc)
       select coalesce(c.kind, r.kind) as kind, coalesce(c.name, r.name) as name,
              r.revision, r.state, r.content_digest as content, r.products, r.lanes,
              c.revision as newest, c.statement_digest as statement, c.registered_at,
              c.revision = 1 or exists (
                select 1 from restriction_changes b
                 where b.tenant_id = $1 and b.kind = c.kind and b.name = c.name and b.revision = c.revision - 1) as follows,
              k.key_id, k.principal, k.public_key_pem, k.valid_from, k.valid_until
         from changed c
         full join (select * from restrictions where tenant_id = $1) r on r.kind = c.kind and r.name = c.name
         left join principal_keys k on k.tenant_id = $1 and k.key_id = c.key_id and k.purpose = 'person'
        order by 1, 2`,
      [tx.tenant],
    );
    return rows.map(toHead);
  });
}

/** The signed statement of the newest change, a Sigstore bundle. */
export async function statementOfRestriction(tx: Transaction, statement: Digest): Promise<string> {
  const [row] = await tx.query<{ signed: string }>(
    'select signed from restriction_changes where tenant_id = $1 and statement_digest = $2',
    [tx.tenant, statement],
  );
  return row?.signed ?? '';
}

function toHead(row: HeadRow): RestrictionHead {
  const { revision, state, content, newest, statement, registered_at: registeredAt } = row;
  const key = keyOf(row);
  return {
    ...{ name: keyText(row), products: row.products, lanes: row.lanes },
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
