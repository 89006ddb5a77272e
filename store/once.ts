import type { Transaction } from './database.js';

const known = new WeakMap<Transaction, Map<string, Promise<unknown>>>();

/**
 * Reads once in a transaction what nobody can change: rows that are named by the digest of their content. Whether the
 * content still has that digest is checked with each reading.
 */
export function oncePerTransaction<T>(tx: Transaction, key: string, read: () => Promise<T>): Promise<T> {
  const mine = known.get(tx) ?? new Map<string, Promise<unknown>>();
  known.set(tx, mine);
  const found = mine.get(key) as Promise<T> | undefined;
  if (found !== undefined) return found;
  const reading = read();
  mine.set(key, reading);
  return reading;
}
