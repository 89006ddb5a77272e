import { setImmediate } from 'node:timers/promises';
import { asLanekeeperError, type LanekeeperError } from '../../../core/errors.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';

/** Thrown by a transaction that needs a check that takes long: it rolls back, so that its lock is free meanwhile. */
export class Unchecked extends Error {
  readonly check: () => Promise<void>;

  constructor(check: () => Promise<void>) {
    super('a transaction needs a check that takes long');
    this.name = 'Unchecked';
    this.check = check;
  }
}

/**
 * What reading a version and fitting it together with the rules in force has yielded, for one statement. Both are pure and
 * may take long, so they are done between attempts of the transaction that takes the statement, which holds up everybody
 * else of the tenant who changes rules.
 */
export class Checks {
  #known: { readonly book: RuleBook; readonly problem: LanekeeperError | undefined } | undefined;

  /**
   * Passes where a check did, by the very rules that the transaction sees.
   *
   * @param check pure; throws a `LanekeeperError` for what it refuses
   * @throws Unchecked until it was made, and what it threw after that
   */
  require(book: RuleBook, check: () => void): void {
    if (this.#known?.book !== book)
      throw new Unchecked(async () => {
        // Others in this process get their turn before it.
        await setImmediate();
        this.#known = { book, problem: problemOf(check) };
      });
    if (this.#known.problem !== undefined) throw this.#known.problem;
  }
}

function problemOf(check: () => void): LanekeeperError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    const problem = asLanekeeperError(error);
    if (problem === undefined) throw error;
    return problem;
  }
}
