/** Several names of which one is meant: `alice`, `alice or bob`, `alice, bob or carol`. */
export function alternatives(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter((part) => part !== '').join(' or ');
}
