import type { ErrorObject } from 'ajv/dist/2020.js';
import { didYouMean } from '../did-you-mean.js';

/** The keys and indices that lead to a value. */
export type Path = readonly (string | number)[];

/** The errors of a JSON Schema that say something; what follows an `if` says what is wrong. */
export function tellingErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  return errors.filter(({ keyword }) => keyword !== 'if');
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
    const where = typeof extra === 'string' ? [...path, extra] : path;
    return { path: where, text: `${nameOfPath(where)} ${expectation(error)}` };
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

function expectation(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(propertiesOf(error.parentSchema));
      const typed = String(params['additionalProperty']);
      return `is unknown here; expected one of: ${known.join(', ')}${didYouMean(typed, known)}`;
    }
    case 'required':
      return `has no ${String(params['missingProperty'])}; expected one`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'enum': {
      const allowed: readonly unknown[] = Array.isArray(params['allowedValues']) ? params['allowedValues'] : [];
      const hint = typeof error.data === 'string' ? didYouMean(error.data, allowed.map(String)) : '';
      return `must be one of: ${JSON.stringify(allowed)}${hint}`;
    }
    case 'pattern':
      return `has an invalid format; expected ${descriptionOf(error.parentSchema) ?? String(params['pattern'])}`;
    case 'minProperties': {
      const limit: unknown = params['limit'];
      return `says too little; expected at least ${String(limit)} of its fields`;
    }
    default:
      return error.message ?? 'is invalid';
  }
}

function propertiesOf(schema: unknown): object {
  return typeof schema === 'object' &&
    schema !== null &&
    'properties' in schema &&
    typeof schema.properties === 'object' &&
    schema.properties !== null
    ? schema.properties
    : {};
}

function descriptionOf(schema: unknown): string | undefined {
  return typeof schema === 'object' &&
    schema !== null &&
    'description' in schema &&
    typeof schema.description === 'string'
    ? schema.description
    : undefined;
}
