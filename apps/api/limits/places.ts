import { LanekeeperError } from '../../../core/errors.js';
import type { Caller } from '../identity/caller.js';
import { Occupancy } from './occupancy.js';

/** How many places there are, for one caller, one tenant and all. */
export interface PlacesAllowed {
  readonly caller: number;
  readonly tenant: number;
  readonly all: number;
}

/** Places for work that takes a core: few at a time, of which nobody has all. */
export class Places {
  readonly #allowed: PlacesAllowed;
  readonly #full: { readonly message: string; readonly next: string };
  readonly #taken: { readonly [Whose in keyof PlacesAllowed]: Occupancy };

  /** @param full what a caller is told for whom there is none */
  constructor(allowed: PlacesAllowed, full: { readonly message: string; readonly next: string }) {
    this.#allowed = allowed;
    this.#full = full;
    this.#taken = {
      ...{ caller: new Occupancy(allowed.caller), tenant: new Occupancy(allowed.tenant) },
      all: new Occupancy(allowed.all),
    };
  }

  /** Takes a place among those of the caller, of their tenant and of all. @returns how to leave them. @throws LIMIT_EXCEEDED */
  enter({ tenant, principal }: Caller): () => void {
    const wanted = [
      ['caller', `${tenant}/${principal.name}`, 'of one caller'],
      ['tenant', tenant, 'of one tenant'],
      ['all', 'all', 'in all'],
    ] as const;
    const left: (() => void)[] = [];
    const leave = (): void => left.forEach((leaveOne) => leaveOne());
    for (const [of, user, whose] of wanted) {
      const leaveOne = this.#taken[of].enter(user);
      if (leaveOne === undefined) {
        leave();
        throw this.#refusal(principal.name, `${String(this.#allowed[of])} at a time ${whose}`);
      }
      left.push(leaveOne);
    }
    return leave;
  }

  #refusal(name: string, allowed: string): LanekeeperError {
    const { message, next } = this.#full;
    return new LanekeeperError('LIMIT_EXCEEDED', {
      ...{ message, object: `principal ${name}`, why: `allowed is ${allowed}`, next },
    });
  }
}
