import { LanekeeperError } from '../../core/errors.js';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { keyText, type Restriction, type RestrictionKey, type RestrictionKind } from '../../core/restriction/model.js';
import type { Transaction } from '../database.js';
import { oncePerTransaction } from '../once.js';

/** A restriction as it is now. */
export interface StoredRestriction {
  readonly restriction: Restriction;
  readonly revision: number;
  readonly state: 'ACTIVE' | 'RETIRED';
  readonly content: Digest;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** A row of `restrictions`: what `restrictionColumns` selects. */
export interface RestrictionRow {
  kind: RestrictionKind;
  name: string;
  revision: number;
  state: StoredRestriction['state'];
  content: string;
  content_digest: Digest;
  changed_by: string;
  changed_at: Date;
}

/** The columns of a `RestrictionRow`. */
export const restrictionColumns =
  'r.kind, r.name, r.revision, r.state, r.content, r.content_digest, r.changed_by, r.changed_at';

/** Lets one transaction of a tenant at a time change restrictions. */
export async function restrictInTurn(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`restrictions ${tx.tenant}`]);
}

/** A restriction by its kind and name, ended or not. */
export async function findRestriction(
  tx: Transaction,
  { kind, name }: RestrictionKey,
): Promise<StoredRestriction | undefined> {
  const [row] = await tx.query<RestrictionRow>(
    `select ${restrictionColumns} from restrictions r where r.tenant_id = $1 and r.kind = $2 and r.name = $3`,
    [tx.tenant, kind, name],
  );
  return row && toRestriction(row);
}

/** The same. @throws NOT_FOUND */
export async function requireRestriction(tx: Transaction, key: RestrictionKey): Promise<StoredRestriction> {
  const found = await findRestriction(tx, key);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no ${key.kind} ${key.name}`,
    object: keyText(key),
    next: key.kind === 'window' ? 'lane window list' : 'lane holds',
  });
}

/** What is in force for a lane, by its rows; the same for the whole transaction. */
export function restrictionsOn(
  tx: Transaction,
  { product, lane }: { readonly product: string; readonly lane: Lane },
): Promise<readonly StoredRestriction[]> {
  return oncePerTransaction(tx, `restrictions on ${product}/${lane}`, async () => {
    const rows = await tx.query<RestrictionRow>(
      `select ${restrictionColumns} from restrictions r
        where r.tenant_id = $1 and r.state = 'ACTIVE'
          and (r.products is null or $2 = any (r.products)) and (r.lanes is null or $3 = any (r.lanes))
        order by r.kind, r.name`,
      [tx.tenant, product, lane],
    );
    return rows.map(toRestriction);
  });
}

/** Changes with whatever may concern a lane, also when something no longer does: then nothing that is left is newer. */
export async function restrictionsVersion(
  tx: Transaction,
  { product, lane }: { readonly product: string; readonly lane: Lane },
): Promise<string> {
  const [row] = await tx.query<{ version: string }>(
    `select concat_ws(' ', count(*), sum(r.revision), max(r.changed_at)) as version from restrictions r
      where r.tenant_id = $1
        and (r.products is null or $2 = any (r.products)) and (r.lanes is null or $3 = any (r.lanes))`,
    [tx.tenant, product, lane],
  );
  return row?.version ?? '';
}

/** Windows and holds that are in force, of a whole board. @param product only those that may concern it; all if empty */
export async function restrictionsInForce(tx: Transaction, product = ''): Promise<readonly StoredRestriction[]> {
  const rows = await tx.query<RestrictionRow>(
    `select ${restrictionColumns} from restrictions r
      where r.tenant_id = $1 and r.state = 'ACTIVE' and r.kind <> 'recall'
        and ($2 = '' or r.products is null or $2 = any (r.products))
      order by r.kind, r.name`,
    [tx.tenant, product],
  );
  return rows.map(toRestriction);
}

/** A row as a record. */
export function toRestriction(row: RestrictionRow): StoredRestriction {
  const { kind, name, revision, state, content_digest: content } = row;
  return {
    restriction: { kind, name, spec: JSON.parse(row.content) as unknown } as Restriction, // written by us, from what its schema has checked
    ...{ revision, state, content, changedBy: row.changed_by, changedAt: row.changed_at },
  };
}
