import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { Doorbell } from '../core/doorbell.js';
import { LanekeeperError } from '../core/errors.js';
import { invalidInput } from '../core/input.js';
import { listen } from './listen.js';
import { hasStalePlan, preparedIn, type StatementOptions } from './prepared.js';

// bigint columns hold tokens, generations and positions, all far below 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Carries tenants for which there is work for the dispatcher. */
const workChannel = 'dispatcher_work';

/** One transaction of one tenant. Every function that reads or writes rows takes it as its first argument. */
export interface Transaction {
  readonly tenant: string;
  /** Has the dispatcher look for work of this tenant after the commit. */
  wakeDispatcher(): void;
  query<Row extends pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
    options?: StatementOptions,
  ): Promise<Row[]>;
}

/** How long a transaction may last: one that moves a promotion holds the lane's row, for which others wait. */
export interface TransactionLimits {
  /** How long a statement may wait for a lock, in milliseconds. */
  readonly lockTimeoutMs?: number;
  /** How long the whole transaction may last, in milliseconds; then it is rolled back. */
  readonly totalMs?: number;
  /** Rolls the transaction back when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** The database as a process sees it: transactions of a tenant, nothing outside of one. */
export interface Database {
  /**
   * Runs `work` in a transaction in which only `tenant`'s rows are visible. Commits when it resolves, rolls back when
   * it throws.
   */
  transaction<T>(tenant: string, work: (tx: Transaction) => Promise<T>, limits?: TransactionLimits): Promise<T>;
  /** Calls back when another process has committed work for the dispatcher. @returns a function that stops listening */
  listen(onWork: (tenant: string) => void): () => Promise<void>;
  /** Ids of all tenants, for the processes that work for all of them; the others may not ask. */
  tenants(): Promise<readonly string[]>;
  /** Resolves when PostgreSQL answers. @throws UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a pool.
 *
 * @param options.url connection string of a process's role
 * @param options.maxConnections size of the pool
 * @param options.onWork called with the tenant after the commit of a transaction that has made work for the dispatcher, in
 *   a process that has one. Without it, the dispatchers of other processes are notified, which takes a lock of the whole
 *   server at the commit.
 */
export function openDatabase(options: {
  url: string;
  maxConnections?: number;
  onWork?: ((tenant: string) => void) | undefined;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 1_500,
    types,
    // Local activities last at most two seconds; the server ends the statements that a timed-out one leaves hanging.
    options: '-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000',
  });
  // A broken idle connection is replaced at the next use; without a handler it would end the process.
  pool.on('error', () => undefined);
  // One that breaks while it is in use fails its query; the accompanying event would end the process too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    async transaction(tenant, work, limits = {}) {
      const client = await connect(pool);
      let broken: Error | undefined;
      const forDispatcher = new Doorbell();
      const limit = limitOf(limits, () => void client.end());
      try {
        limit.throwIfReached();
        await client.query(beginning(tenant, limits));
        const result = await work({
          tenant,
          wakeDispatcher: () => forDispatcher.ring(),
          async query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[], statement = {}) {
            return (await client.query<Row>(preparedIn(sql, values, statement))).rows;
          },
        });
        limit.throwIfReached();
        limit.commits();
        const notify = forDispatcher.isRung() && options.onWork === undefined;
        await client.query(notify ? `${notifying(tenant)}; commit` : 'commit');
        if (forDispatcher.isRung()) options.onWork?.(tenant);
        return result;
      } catch (error) {
        await client.query('rollback').catch((cause: unknown) => {
          broken = cause instanceof Error ? cause : new Error(String(cause));
        });
        if (hasStalePlan(error)) broken = error;
        throw limit.reached() ?? translate(error);
      } finally {
        limit.clear();
        client.release(limit.reached() ?? broken);
      }
    },
    listen: (onWork) => listen(options.url, workChannel, onWork),
    async tenants() {
      const client = await connect(pool);
      try {
        return (await client.query<{ id: string }>('select tenant_ids() as id')).rows.map((row) => row.id);
      } finally {
        client.release();
      }
    },
    async ping() {
      const client = await connect(pool);
      try {
        await client.query('select 1');
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

function notifying(tenant: string): string {
  return `select pg_notify(${pg.escapeLiteral(workChannel)}, ${pg.escapeLiteral(tenant)})`;
}

/** Begins a transaction of a tenant in one round trip. */
function beginning(tenant: string, { lockTimeoutMs = 0 }: TransactionLimits): string {
  const settings = { 'lanekeeper.tenant': tenant, lock_timeout: `${String(lockTimeoutMs)}ms` };
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', ${pg.escapeLiteral(value)}, true)`,
  );
  return `begin; select ${set.join(', ')}`;
}

/**
 * Ends the connection when a transaction lasts too long or is cancelled: the server rolls back what a lost connection
 * had begun, whatever statement it is in.
 */
function limitOf({ totalMs, signal }: TransactionLimits, end: () => void) {
  let reached: LanekeeperError | undefined;
  let message = 'a transaction was rolled back';
  const stop = (why: string) => () => {
    reached ??= new LanekeeperError('TIMED_OUT', { message, why });
    end();
  };
  const cancelled = stop('the work that it belonged to was cancelled');
  const timer = totalMs === undefined ? undefined : setTimeout(stop(`it lasted longer than ${totalMs} ms`), totalMs);
  if (signal?.aborted === true) cancelled();
  else signal?.addEventListener('abort', cancelled, { once: true });
  return {
    reached: () => reached,
    throwIfReached: () => {
      if (reached !== undefined) throw reached;
    },
    commits: () => (message = 'it is not known whether a transaction was committed'),
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancelled);
    },
  };
}

/** How often a connection is asked for while this process is too busy to see that it stands. */
const connectAttempts = 3;

/** A process that was busy for most of this share of the time has not waited for PostgreSQL, but for itself. */
const busyShare = 0.5;

async function connect(pool: pg.Pool, attempt = 1): Promise<pg.PoolClient> {
  const before = performance.eventLoopUtilization();
  try {
    return await pool.connect();
  } catch (error) {
    // The timer of a process that computed for longer than it runs comes before the answer that has long arrived.
    const { utilization } = performance.eventLoopUtilization(before);
    if (isTimeout(error) && utilization > busyShare && attempt < connectAttempts) return connect(pool, attempt + 1);
    // All connections are in use, which is over in a moment; PostgreSQL is not away.
    if (pool.totalCount - pool.idleCount >= pool.options.max)
      throw new LanekeeperError('BUSY', { message: 'every connection to PostgreSQL is in use' }, { cause: error });
    throw new LanekeeperError(
      'UNAVAILABLE',
      { message: 'PostgreSQL does not answer', next: 'lane doctor' },
      { cause: error },
    );
  }
}

/** Whether the time to connect ran out; a refused connection says so at once. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout/.test(error.message);
}

/** Connection trouble becomes UNAVAILABLE, which is retried, and what no text can be is bad input; all else is passed on. */
function translate(error: unknown): unknown {
  if (error instanceof LanekeeperError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const connection =
    code.startsWith('08') ||
    code.startsWith('57P') ||
    /^E(CONN|PIPE|TIMEDOUT)/.test(code) ||
    /Connection terminated/.test(error.message);
  if (connection)
    return new LanekeeperError(
      'UNAVAILABLE',
      { message: 'the connection to PostgreSQL was lost', next: 'lane doctor' },
      { cause: error },
    );
  if (hasStalePlan(error))
    return new LanekeeperError(
      'UNAVAILABLE',
      { message: 'the database was migrated while this connection was open', next: 'try again' },
      { cause: error },
    );
  // A null character, which JSON and protobuf can carry and no text of PostgreSQL can.
  if (code === '22021') return invalidInput('a text', 'it has a null character in it');
  if (code === '40001' || code === '40P01' || code === '55P03')
    return new LanekeeperError('BUSY', { message: 'other changes held what this one needed' }, { cause: error });
  return error;
}
