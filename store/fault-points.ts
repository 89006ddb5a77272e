import type { Database, Transaction } from './database.js';

/**
 * A database that stops on both sides of each commit, so that tests can kill the process exactly there. It surrounds
 * every transaction and names it by what it has written, `before-commit.<product>.<change>` and `after-commit.…`: what
 * moves a promotion need not know of it, a new transaction is covered without a line of code, and a production process,
 * which has no fault points, uses the database itself.
 */
export function withFaultPoints(database: Database, faultPoint: (name: string) => Promise<void>): Database {
  return {
    ...database,
    async transaction(tenant, work, limits) {
      let changes: readonly string[] = [];
      const result = await database.transaction(
        tenant,
        async (tx) => {
          const value = await work(tx);
          changes = await changesIn(tx);
          for (const change of changes) await faultPoint(`before-commit.${change}`);
          return value;
        },
        limits,
      );
      for (const change of changes) await faultPoint(`after-commit.${change}`);
      return result;
    },
  };
}

/** The events and the results of steps that a transaction has written; none if it only reads. */
async function changesIn(tx: Transaction): Promise<readonly string[]> {
  const rows = await tx.query<{ change: string }>(
    `select concat_ws('.', product, type, data->>'to') as change from method_events
      where tenant_id = $1 and transaction_id = pg_current_xact_id_if_assigned()
      union
     select concat_ws('.', p.product, 'step', s.step) from promotion_steps s
       join promotions p on p.tenant_id = s.tenant_id and p.id = s.promotion_id
      where s.tenant_id = $1 and s.xmin = pg_current_xact_id_if_assigned()::xid`,
    [tx.tenant],
  );
  return rows.map(({ change }) => change);
}
