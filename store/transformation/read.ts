import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { TransformationSpec } from '../../core/transformation/model.js';
import type { Transaction } from '../database.js';

/** A transformation as it is now. */
export interface StoredTransformation {
  readonly name: string;
  readonly revision: number;
  readonly state: 'ACTIVE' | 'RETIRED';
  readonly spec: TransformationSpec;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** A row of `transformations`: what `transformationColumns` selects. */
export interface TransformationRow {
  name: string;
  revision: number;
  state: StoredTransformation['state'];
  content: string;
  changed_by: string;
  changed_at: Date;
}

/** The columns of a `TransformationRow`. */
export const transformationColumns = 't.name, t.revision, t.state, t.content, t.changed_by, t.changed_at';

/** Lets one transaction of a tenant at a time change transformations. */
export async function transformInTurn(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`transformation ${tx.tenant}`]);
}

/** A transformation by its name, retired or not. */
export async function findTransformation(tx: Transaction, name: string): Promise<StoredTransformation | undefined> {
  const [row] = await tx.query<TransformationRow>(
    `select ${transformationColumns} from transformations t where t.tenant_id = $1 and t.name = $2`,
    [tx.tenant, name],
  );
  return row && toTransformation(row);
}

/** The same. @throws NOT_FOUND */
export async function requireTransformation(tx: Transaction, name: string): Promise<StoredTransformation> {
  const found = await findTransformation(tx, name);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no transformation ${name}`,
    object: `transformation ${name}`,
    next: 'lane transformation list',
  });
}

/** The name and revision that a statement made, if it was recorded. */
export async function changeOfStatement(
  tx: Transaction,
  statement: Digest,
): Promise<{ readonly name: string; readonly revision: number } | undefined> {
  const [row] = await tx.query<{ name: string; revision: number }>(
    'select name, revision from transformation_changes where tenant_id = $1 and statement_digest = $2',
    [tx.tenant, statement],
  );
  return row;
}

/** Whether somebody has used a nonce. */
export async function isTransformationNonceUsed(tx: Transaction, principal: string, nonce: string): Promise<boolean> {
  const rows = await tx.query(
    'select 1 from transformation_changes where tenant_id = $1 and principal = $2 and nonce = $3',
    [tx.tenant, principal, nonce],
  );
  return rows.length > 0;
}

/** How many transformations there are, and how many changes somebody has made within a day. */
export async function countTransformations(
  tx: Transaction,
  principal: string,
): Promise<{ readonly all: number; readonly ownToday: number }> {
  const [row] = await tx.query<{ all: number; own: number }>(
    `select (select count(*)::int from transformations where tenant_id = $1) as all,
            (select count(*)::int from transformation_changes
              where tenant_id = $1 and principal = $2 and registered_at > clock_timestamp() - interval '1 day') as own`,
    [tx.tenant, principal],
  );
  return { all: row?.all ?? 0, ownToday: row?.own ?? 0 };
}

/** A row as a record. */
export function toTransformation(row: TransformationRow): StoredTransformation {
  return {
    ...{ name: row.name, revision: row.revision, state: row.state },
    spec: JSON.parse(row.content) as TransformationSpec, // written by us, from what its schema has checked
    ...{ changedBy: row.changed_by, changedAt: row.changed_at },
  };
}
