import type { Path } from './yaml-file/schema-problems.js';

/**
 * What is not seen, or changes how its surroundings are seen: control and format characters and the like. Line breaks and
 * tabs are seen, and joiners, which scripts and emoji need, change no more than the letters beside them.
 */
const unseen = /(?![\n\t\u200c\u200d])[\p{C}\u2028\u2029]/u;

/** A character that takes ink: neither a blank, nor one that only changes others, nor one of those that are drawn as nothing. */
const inked = /[^\s\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Why people would not see what a text of others says; undefined where they do. */
export function whyUnseen(text: string): string | undefined {
  const [found] = unseen.exec(text) ?? [];
  if (found !== undefined) {
    const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `it has U+${code}, a character that is not seen or turns the direction of reading`;
  }
  return text.trim() !== '' && !inked.test(text) ? 'nothing of it is seen' : undefined;
}

/** The same of each text in a value, with its place. */
export function unseenIn(value: unknown, path: Path = []): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string') {
    const text = whyUnseen(value);
    return text === undefined ? [] : [{ path, text }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => unseenIn(each, [...path, key]));
}

/** A text of others in which everything is seen: what is not stands there as a replacement character. */
export function seen(text: string): string {
  return text.replace(new RegExp(unseen, 'gu'), '\uFFFD');
}
