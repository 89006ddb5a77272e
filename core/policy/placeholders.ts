/** What is filled in where the message of a gate names it in braces: `{bundle}`. */
export const placeholders = ['bundle', 'product', 'lane', 'promotion'] as const;

/** What messages have in braces as if something were filled in there, and nothing is. */
export function unknownPlaceholders(message: string): readonly string[] {
  const named = [...message.matchAll(/\{\s*[A-Za-z][A-Za-z0-9_.-]{0,40}\s*\}/g)].map(([whole]) => whole);
  return [...new Set(named)].filter((whole) => !placeholders.some((known) => whole === `{${known}}`));
}
