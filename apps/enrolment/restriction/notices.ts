import type { RestrictionAct } from '../../../core/evidence/restriction-act.js';
import type { Transaction } from '../../../store/database.js';
import { unknownAmong } from '../../../store/identity/list.js';

const role = 'role:';

/** So much of what somebody has written is repeated. */
const longest = 200;

/**
 * What whoever signs a window may have meant otherwise. It counts all the same: people and roles may come later, and a window
 * that holds for nobody closes nothing.
 */
export async function noticesAbout(tx: Transaction, said: RestrictionAct): Promise<readonly string[]> {
  if (said.verb !== 'put' || said.kind !== 'window' || said.spec.invokers === undefined) return [];
  const { invokers } = said.spec;
  const unknown = await unknownAmong(tx, {
    names: invokers.filter((one) => !one.startsWith(role)),
    roles: invokers.filter((one) => one.startsWith(role)).map((one) => one.slice(role.length)),
  });
  return [
    ...unknown.names.map(
      (name) => `it names ${name.slice(0, longest)}, and nobody is enrolled as that: lane principal list`,
    ),
    ...unknown.roles.map((one) => `it names the role ${one.slice(0, longest)}, and nobody has it: lane principal list`),
  ];
}
