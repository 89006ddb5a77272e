import type { ErrorObject } from 'ajv/dist/2020.js';

/** How many problems of a predicate are told at once. */
const most = 10;

/** What the schema of a predicate refuses, in one line. */
export function predicateProblems(errors: readonly ErrorObject[] | null | undefined): string {
  return (errors ?? [])
    .slice(0, most)
    .map((error) => `${error.instancePath || 'the predicate'} ${error.message ?? 'is invalid'}`)
    .join('; ');
}
