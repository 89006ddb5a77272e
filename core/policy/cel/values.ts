import { type CelInput, celList, celMap } from '@bufbuild/cel';

/** Variables in the form in which rules read them. Making it once for many rules saves most of the work. */
export type Bindings = Readonly<Record<string, CelInput>>;

/** Reads JSON values as CEL does: whole numbers are ints. @throws TypeError for what is no JSON */
export function bindingsOf(variables: Readonly<Record<string, unknown>>): Bindings {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toCel(value)]));
}

/** A JSON value as rules read it. @throws TypeError for what is no JSON */
export function toCel(value: unknown): CelInput {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return celList(value.map(toCel));
      return celMap(new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)])));
    default:
      throw new TypeError(`a value of type ${typeof value} has no form in rules`);
  }
}
