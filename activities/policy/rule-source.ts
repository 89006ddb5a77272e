import type { RuleBook } from '../../core/governance/rule-book.js';
import type { Transaction } from '../../store/database.js';

/** Where the rules come from that are in force. */
export interface RuleSource {
  /** Those that a transaction sees; undefined where something has to be verified first. @throws INVALID_POLICY */
  inForce(tx: Transaction): Promise<RuleBook | undefined>;
  /** Verifies what is in force. @throws POLICY_UNTRUSTED, CONFIGURATION */
  load(tenant: string): Promise<RuleBook>;
}

/** Rules for a process that never evaluates gates. */
export const noRules: RuleSource = {
  inForce: () => Promise.reject(new TypeError('this process reads no rules')),
  load: () => Promise.reject(new TypeError('this process reads no rules')),
};
