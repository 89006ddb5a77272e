/** The type of something that a rule may read. `any` is what only the evaluation knows. */
export type VariableType =
  | 'string'
  | 'int'
  | 'double'
  | 'bool'
  | 'any'
  | {
      readonly list: VariableType;
      /** How many elements there can be; `maxUndeclared` if it does not say. */
      readonly max?: number;
    }
  | {
      /** Keys are texts. */
      readonly map: VariableType;
    }
  | {
      /** Those that need not be there are asked for with `has()`. */
      readonly fields: Readonly<Record<string, VariableType>>;
      /** Whether there can be fields besides, which are `any`. */
      readonly open?: boolean;
    };

/** What rules of one kind may read. */
export interface RuleScope {
  readonly variables: Readonly<Record<string, VariableType>>;
  /** How many steps a rule may take for the longest lists that can be there. */
  readonly maxSteps?: number;
}

/** How long a list is at most that declares nothing else. */
export const maxUndeclared = 1_000;

type OtherType = 'uint' | 'bytes' | 'null' | 'type' | 'timestamp' | 'duration';

/** The type of an expression in a rule; that of the elements of an empty list is `nothing`. */
export type RuleType =
  | Exclude<VariableType, object>
  | OtherType
  | 'nothing'
  | { readonly list: RuleType; readonly max?: number }
  | { readonly map: RuleType; readonly key?: RuleType }
  | { readonly fields: Readonly<Record<string, RuleType>>; readonly open?: boolean };

const numbers: ReadonlySet<RuleType> = new Set<RuleType>(['int', 'uint', 'double']);

/** Whether a value of one type can be equal to a value of another. */
export function areComparable(a: RuleType, b: RuleType): boolean {
  if (a === b || isOpen(a) || isOpen(b) || (numbers.has(a) && numbers.has(b))) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if ('list' in a) return 'list' in b && areComparable(a.list, b.list);
  return !('list' in b);
}

/** Whether only the evaluation knows the type. */
export function isOpen(type: RuleType): boolean {
  return type === 'any' || type === 'nothing';
}

/** The type of what has either type. */
export function joined(a: RuleType, b: RuleType): RuleType {
  if (a === 'nothing') return b;
  if (b === 'nothing' || a === b) return a;
  if (typeof a === 'object' && typeof b === 'object' && 'list' in a && 'list' in b)
    return { list: joined(a.list, b.list), max: Math.max(lengthOf(a), lengthOf(b)) };
  return 'any';
}

/** How many elements a value of the type has at most. */
export function lengthOf(type: RuleType): number {
  if (typeof type !== 'object') return maxUndeclared;
  if ('list' in type) return type.max ?? maxUndeclared;
  return 'fields' in type && type.open !== true ? Object.keys(type.fields).length : maxUndeclared;
}

/** A type in words that follow "this is": `a text`, `a list`. */
export function wordsFor(type: RuleType): string {
  if (typeof type === 'object') return 'list' in type ? 'a list' : 'a map';
  return words[type];
}

const words: Readonly<Record<Extract<RuleType, string>, string>> = {
  string: 'a string',
  int: 'an int',
  uint: 'a uint',
  double: 'a double',
  bool: 'a bool',
  bytes: 'bytes',
  null: 'null',
  type: 'a type',
  timestamp: 'a timestamp',
  duration: 'a duration',
  any: 'anything',
  nothing: 'nothing',
};
