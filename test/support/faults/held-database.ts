import type { Database, Transaction } from '../../../store/database.js';
import type { TaskQueueRole } from '../../../temporal-config/task-queues.js';
import type { Hold } from './hold.js';

/** Points around the commit of a transaction, by what it has written. */
interface Points {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * The database of a queue, which stops at the commits of its transactions. Builds write nothing that points are named
 * after, and may not read it either.
 */
export function heldDatabase(database: Database, queue: TaskQueueRole, hold: Hold): Database {
  switch (queue) {
    case 'control':
      return heldAtCommits(database, hold, async (tx) => join(await movesIn(tx), await dispatchesIn(tx)));
    case 'sign':
      return heldAtCommits(database, hold, async (tx) => join(await movesIn(tx), await signaturesIn(tx)));
    case 'deploy':
      return heldAtCommits(database, hold, movesIn);
    case 'build':
      return database;
  }
}

/** A database that stops where a dispatcher has found events, and where it has delivered them. */
export function heldDispatches(database: Database, hold: Hold): Database {
  return heldAtCommits(database, hold, dispatchesIn);
}

function heldAtCommits(database: Database, hold: Hold, pointsOf: (tx: Transaction) => Promise<Points>): Database {
  return {
    ...database,
    async transaction(tenant, work, limits) {
      let after: readonly string[] = [];
      const result = await database.transaction(
        tenant,
        async (tx) => {
          const value = await work(tx);
          const points = await pointsOf(tx);
          after = points.after;
          for (const point of points.before) await hold(point);
          return value;
        },
        limits,
      );
      for (const point of after) await hold(point);
      return result;
    },
  };
}

/**
 * `before-commit.<product>.<change>` and `after-commit.…` for each event and each result of a step that a transaction has
 * written: whatever moves a promotion is covered without knowing it.
 */
async function movesIn(tx: Transaction): Promise<Points> {
  const rows = await tx.query<{ change: string }>(
    `select concat_ws('.', product, type, data->>'to') as change from method_events
      where tenant_id = $1 and transaction_id = pg_current_xact_id_if_assigned()
      union
     select concat_ws('.', p.product, 'step', s.step) from promotion_steps s
       join promotions p on p.tenant_id = s.tenant_id and p.id = s.promotion_id
      where s.tenant_id = $1 and s.xmin = pg_current_xact_id_if_assigned()::xid`,
    [tx.tenant],
  );
  return {
    before: rows.map(({ change }) => `before-commit.${change}`),
    after: rows.map(({ change }) => `after-commit.${change}`),
  };
}

/**
 * `dispatch.found`, after the dispatcher has taken the lease because there are events, and before it signals a run;
 * `dispatch.delivered`, before it commits that it has nothing left to deliver.
 */
async function dispatchesIn(tx: Transaction): Promise<Points> {
  const rows = await tx.query<{ leased: boolean }>(
    `select lease_until is not null as leased from dispatch_cursors
      where tenant_id = $1 and xmin = pg_current_xact_id_if_assigned()::xid`,
    [tx.tenant],
  );
  return {
    before: rows.some(({ leased }) => !leased) ? ['dispatch.delivered'] : [],
    after: rows.some(({ leased }) => leased) ? ['dispatch.found'] : [],
  };
}

/** `sign.registered`, after a statement was registered, and before its step reports it. */
async function signaturesIn(tx: Transaction): Promise<Points> {
  const rows = await tx.query(
    'select 1 from attestations where tenant_id = $1 and xmin = pg_current_xact_id_if_assigned()::xid',
    [tx.tenant],
  );
  return { before: [], after: rows.length > 0 ? ['sign.registered'] : [] };
}

function join(one: Points, other: Points): Points {
  return { before: [...one.before, ...other.before], after: [...one.after, ...other.after] };
}
