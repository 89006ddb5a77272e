import type { Problem, YamlFile } from '../../yaml-file/read.js';
import type { Path } from '../../yaml-file/schema-problems.js';
import { checkRule } from '../cel/compile.js';
import { placeIn } from '../cel/place.js';
import type { RuleScope } from '../cel/types.js';
import { conditionScope, gateScope } from '../variables.js';
import type { GateObject, PolicyFile } from './schemas.js';

type File = Pick<YamlFile<unknown>, 'placeOf' | 'scalarAt'>;

/** What is wrong with the rules of gates and with the conditions of overrides. */
export function ruleProblems(file: File, { gates = [], overrides = [] }: PolicyFile['spec']): readonly Problem[] {
  const ofGates = (given: readonly GateObject[], path: Path) =>
    given.flatMap(({ id, rule }, index) =>
      typeof rule === 'string'
        ? problemsIn(file, rule, [...path, index, 'rule'], gateScope, `gate ${id}: the rule`)
        : [],
    );
  return [
    ...ofGates(gates, ['spec', 'gates']),
    ...overrides.flatMap(({ id, when, set = [], add = [] }, index) => [
      ...problemsIn(file, when, ['spec', 'overrides', index, 'when'], conditionScope, `override ${id}: the condition`),
      ...ofGates(set, ['spec', 'overrides', index, 'set']),
      ...ofGates(add, ['spec', 'overrides', index, 'add']),
    ]),
  ];
}

function problemsIn(file: File, source: string, path: Path, scope: RuleScope, what: string): readonly Problem[] {
  const problem = checkRule(source, scope);
  if (problem === undefined) return [];
  const written = file.scalarAt(path) ?? { place: file.placeOf(path), written: '', text: source };
  const { line, column, within } = placeIn(written, problem.offset);
  return [{ line, column, text: `${what} is wrong: ${problem.text}${within}` }];
}
