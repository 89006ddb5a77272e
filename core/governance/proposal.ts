import type { Policy, RuleLayers } from '../policy/layers/document.js';
import { lookUp, type LookUp, policiesOf, type RuleBook } from './rule-book.js';

/**
 * What would apply if a policy were in force: in the place of the one of its name, wherever that one applies; one of a new
 * name everywhere. It lies over what it extends, and over profiles, as these are in force.
 *
 * @throws INVALID_POLICY, UNKNOWN_LANE as `lookUp` does
 */
export function rulesUnder(book: RuleBook, proposed: Policy): (of: LookUp) => RuleLayers {
  const { name } = proposed;
  const inForce = book.policies.get(name);
  // What it would be called is asked by nobody here.
  const entry = { document: proposed, version: (inForce?.version ?? 0) + 1, digest: book.governance.digest };
  const under: RuleBook = { ...book, policies: new Map([...book.policies, [name, entry]]) };
  return (of) => {
    const { rules } = lookUp(under, of);
    if (inForce !== undefined) return rules;
    return { ...rules, policies: policiesOf(under, name).map(({ document }) => document) };
  };
}
