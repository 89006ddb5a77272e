/** The name of the profile among the versions of rules that gates come from, which are written as `kind/name@version`. */
export function profileIn(sources: readonly string[]): string | undefined {
  return sources.map((source) => /^profile\/(.+)@\d+$/.exec(source)?.[1]).find((name) => name !== undefined);
}
