import { checkRule } from '../policy/cel/compile.js';
import type { RuleScope } from '../policy/cel/types.js';
import { conditionLimits } from '../policy/conditions.js';
import type { Layer } from '../policy/layers/document.js';
import { conditionScope } from '../policy/variables.js';

/** Not that of reading a document: what was published under another limit has to be readable, so that it can be replaced. */
const scope: RuleScope = { ...conditionScope, maxSteps: conditionLimits.one };

/** Conditions of overrides that could take more steps than one may, for the longest lists that can be there. */
export function* costlyConditions(layers: readonly Layer[]): Generator<string> {
  for (const { id, when, origin } of layers.flatMap(({ overrides }) => overrides)) {
    const problem = checkRule(when, scope);
    if (problem === undefined) continue;
    const place = `${origin.file}:${String(origin.line)}:${String(origin.column)}`;
    yield `${place}: the condition of override ${id} is wrong: ${problem.text}`;
  }
}
