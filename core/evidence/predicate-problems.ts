import type { ErrorObject } from 'ajv/dist/2020.js';
import { nameOfPath, problemsOfSchema } from '../yaml-file/schema-problems.js';

/** How many problems of a predicate are told at once. */
const most = 10;

/** What the schema of a predicate refuses, in one line. */
export function predicateProblems(errors: readonly ErrorObject[] | null | undefined): string {
  const ofFile = nameOfPath([]);
  return problemsOfSchema((errors ?? []).slice(0, most))
    .map(({ path, text }) => (path.length === 0 ? text.replace(ofFile, 'the predicate') : text))
    .join('; ');
}
