/** What stands behind the question mark of an address: anybody can write it. */
export type Search = Readonly<Record<string, unknown>>;

/** The longest text that is taken from an address. */
const maxLength = 200;

/** A text; empty for anything else. A number in an address is a text, too. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, maxLength) : '';
}

/** A text under its name; nothing where there is none. */
export function textOr<Name extends string>(name: Name, search: Search): Partial<Record<Name, string>> {
  const value = text(search[name]);
  const found: Partial<Record<Name, string>> = {};
  if (value !== '') found[name] = value;
  return found;
}
