import type { Expr } from './syntax.js';
import type { RuleType } from './types.js';

/** What an expression yields, and how many steps that takes at most. */
export interface Checked {
  readonly type: RuleType;
  readonly steps: number;
}

/** Checks the parts of one rule. */
export interface RuleChecker {
  check(expr: Expr): Checked;
  /** Ends the check. */
  readonly refuse: (expr: Expr, text: string) => never;
}
