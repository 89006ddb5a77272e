import type { ErrorObject } from 'ajv/dist/2020.js';
import { expectationOf } from './expectation.js';

/** The keys and indices that lead to a value. */
export type Path = readonly (string | number)[];

/** Keywords whose errors say nothing by themselves: the errors of what they contain say what is wrong. */
const silent = ['if', 'propertyNames'];

/** The errors of a JSON Schema that say something. */
export function tellingErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  return errors.filter(({ keyword }) => !silent.includes(keyword));
}

/** What the errors of a JSON Schema say, in the words of somebody who writes the file. */
export function problemsOfSchema(
  errors: readonly ErrorObject[],
): readonly { readonly path: Path; readonly text: string }[] {
  return tellingErrors(errors).map((error) => {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
    const extra: unknown = error.keyword === 'additionalProperties' ? error.params['additionalProperty'] : undefined;
    // The name of a field is wrong: the field is meant, not what contains it.
    const where = [...path, ...[extra, error.propertyName].filter((name) => typeof name === 'string')];
    return { path: where, text: `${nameOfPath(where)} ${expectationOf(error)}` };
  });
}

/** A path as people write it: `spec.gates[0].evidence`. */
export function nameOfPath(path: Path): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${String(part)}]` : name === '' ? part : `${name}.${part}`),
    '',
  );
}
