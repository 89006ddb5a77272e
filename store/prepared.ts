import type pg from 'pg';
import { hexOf } from '../core/digest.js';
import { digestOf } from '../core/hash.js';

/** How many names are remembered: there are some hundred statements, and tests bring their own. */
const maxNames = 2_000;

const names = new Map<string, string>();

/** How a statement is run. */
export interface StatementOptions {
  /**
   * Set for what reads few rows or thousands, as the case may be: it is planned each time. A plan that is kept from when
   * there was little takes seconds once there is much.
   */
  readonly growsWithData?: true;
}

/** For what reads few rows or thousands. */
export const growsWithData: StatementOptions = { growsWithData: true };

/**
 * A statement as a connection runs it: one with parameters is parsed and planned once in each connection, by the name that
 * its text gives it. One without is not worth it, and can be several.
 */
export function preparedIn(
  sql: string,
  values: readonly unknown[] | undefined,
  options: StatementOptions,
): pg.QueryConfig {
  if (values === undefined || values.length === 0) return { text: sql };
  if (options.growsWithData === true) return { text: sql, values: [...values] };
  return { name: nameOf(sql), text: sql, values: [...values] };
}

function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  if (names.size >= maxNames) names.clear();
  const name = hexOf(digestOf(sql)).slice(0, 32);
  names.set(sql, name);
  return name;
}

/** Whether a statement was planned before a migration changed what it returns: its connection has to be replaced. */
export function hasStalePlan(error: unknown): error is Error {
  return error instanceof Error && /cached plan must not change result type/.test(error.message);
}
