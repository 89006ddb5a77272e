import { setTimeout as sleep } from 'node:timers/promises';
import { LanekeeperError } from '../../core/errors.js';
import type { Database } from '../../store/database.js';

/** Thrown in the place of a process that dies. */
export class Crash extends Error {}

/** When the process that makes a call dies: before its transaction commits, by being cancelled, or after the commit. */
export type Death = 'never' | 'before-commit' | 'cancelled' | 'after-commit';

/** What was seen of the transactions of a test. */
export class Witness {
  /** The run that each transaction was made for. */
  readonly actors = new Map<string, string>();
  deadlocks = 0;
  /** How often a lock was waited for too long: Temporal tries again. */
  conflicts = 0;

  /** A database that notes who made each transaction that wrote something, and that may die before it commits. */
  watch(database: Database, actor: string, dies: boolean): Database {
    return {
      ...database,
      transaction: (tenant, work, limits) =>
        database.transaction(
          tenant,
          async (tx) => {
            const value = await work(tx);
            const [row] = await tx.query<{ xid: string | null }>(
              'select pg_current_xact_id_if_assigned()::text as xid',
            );
            // Noted before the commit: one that is cancelled meanwhile may have been made.
            if (typeof row?.xid === 'string') this.actors.set(row.xid, actor);
            if (dies) throw new Crash('before the commit');
            return value;
          },
          limits,
        ),
    };
  }

  /**
   * Makes a call as Temporal would: again, until it has an answer. A verdict is an answer.
   *
   * @param dies what happens to the process that makes the first attempt
   */
  async untilAnswered<T>(
    database: Database,
    actor: string,
    dies: Death,
    call: (asking: { readonly database: Database; readonly signal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const death = attempt === 0 ? dies : 'never';
      const cancel = new AbortController();
      if (death === 'cancelled') void sleep(Math.random() * 12).then(() => cancel.abort());
      try {
        const answer = await call({
          database: this.watch(database, actor, death === 'before-commit'),
          ...(death === 'cancelled' && { signal: cancel.signal }),
        });
        if (death !== 'after-commit') return answer;
      } catch (error) {
        if (attempt > 40 || !this.#isTriedAgain(error)) throw error;
      }
    }
  }

  #isTriedAgain(error: unknown): boolean {
    if (error instanceof Crash) return true;
    if (!(error instanceof LanekeeperError)) return false;
    const cause = error.cause as { readonly code?: unknown } | undefined;
    if (cause?.code === '40P01') this.deadlocks += 1;
    if (cause?.code === '55P03') this.conflicts += 1;
    return cause?.code === '55P03' || error.code === 'TIMED_OUT';
  }
}
