/**
 * Reads JSON of others of which anything may be missing or be something else, to show what is there. What something is
 * decided by is parsed instead (`input.ts`).
 */

/** The fields of an object; none of anything else. */
export type LooseFields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
export function fieldsIn(value: unknown): LooseFields {
  return typeof value === 'object' && value !== null ? (value as LooseFields) : {};
}

/** The entries of a list; none of anything else. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A text; empty for anything else. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
