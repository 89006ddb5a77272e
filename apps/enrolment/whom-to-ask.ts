import { alternatives } from '../../core/alternatives.js';
import type { Transaction } from '../../store/database.js';
import { peopleWithRole } from '../../store/identity/list.js';

/** Who may do what somebody may not, by name: everybody of a tenant may see who has which role. */
export async function whomToAsk(tx: Transaction, roles: readonly string[], principal: string): Promise<string> {
  const people = (await peopleWithRole(tx, roles)).filter((name) => name !== principal);
  if (people.length === 0)
    return `nobody else has one of the roles ${roles.join(', ')}: lane principal grant PERSON ${roles[0] ?? ''} --reason TEXT`;
  return `ask ${alternatives(people)}, who may`;
}
