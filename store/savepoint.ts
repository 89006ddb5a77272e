import type { Transaction } from './database.js';

/**
 * Runs part of a transaction so that the rest can go on when it fails: what it has changed is undone.
 *
 * @throws the error of `work`, or that of the connection when it was lost
 */
export async function inSavepoint<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.query('savepoint part');
  try {
    const result = await work();
    await tx.query('release savepoint part');
    return result;
  } catch (error) {
    await tx.query('rollback to savepoint part');
    throw error;
  }
}
