import type { RuleBook } from '../../core/governance/rule-book.js';

/** How many states of the rules of one tenant are remembered, and of how many tenants. */
const most = { states: 3, tenants: 500 } as const;

/**
 * The newest states of the rules of each tenant: transactions that began before a publication see the one before it for a
 * moment, and nobody any older one. With each go the gates that were resolved by it, which are many where products are.
 */
export class RecentBooks {
  readonly #tenants = new Map<string, Map<string, RuleBook>>();

  get(tenant: string, state: string): RuleBook | undefined {
    return this.#tenants.get(tenant)?.get(state);
  }

  /** Remembers a state, and forgets those for which there is no room any more. */
  put(tenant: string, state: string, book: RuleBook): void {
    const states = this.#tenants.get(tenant) ?? new Map<string, RuleBook>();
    states.set(state, book);
    dropOldest(states, most.states);
    // The tenant that was put last is the last to go.
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, states);
    dropOldest(this.#tenants, most.tenants);
  }
}

function dropOldest(entries: Map<string, unknown>, room: number): void {
  for (const key of entries.keys()) if (entries.size > room) entries.delete(key);
}
