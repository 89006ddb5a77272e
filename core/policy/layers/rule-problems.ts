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

/** How many rules are looked at in a file that is refused in any case, and how long each may be, in characters. */
const most = { rules: 20, length: 2_000 } as const;

/** The same of gates in a file that its schema refuses: those whose rules can be read. */
export function rulesOfRefused(file: Pick<YamlFile<unknown>, 'value' | 'placeOf' | 'scalarAt'>): readonly Problem[] {
  const spec = isRecord(file.value) ? file.value['spec'] : undefined;
  const gates: unknown = isRecord(spec) ? spec['gates'] : undefined;
  if (!Array.isArray(gates)) return [];
  return gates
    .flatMap((gate: unknown, index) => {
      const { id, rule }: Readonly<Record<string, unknown>> = isRecord(gate) ? gate : {};
      return typeof rule === 'string' && rule.length <= most.length ? [{ id: String(id), rule, index }] : [];
    })
    .slice(0, most.rules)
    .flatMap(({ id, rule, index }) =>
      problemsIn(file, rule, ['spec', 'gates', index, 'rule'], gateScope, `gate ${id}: the rule`),
    );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemsIn(file: File, source: string, path: Path, scope: RuleScope, what: string): readonly Problem[] {
  const problem = checkRule(source, scope);
  if (problem === undefined) return [];
  const written = file.scalarAt(path) ?? { place: file.placeOf(path), written: '', text: source };
  const { line, column, within } = placeIn(written, problem.offset);
  return [{ line, column, text: `${what} is wrong: ${problem.text}${within}` }];
}
