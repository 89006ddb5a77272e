import { seen, whyUnseen } from '../../unseen.js';

/** How much of a text is looked at; the rest of it is left out anyway. */
const maxRead = 4_000;

/** What escaped characters stand for (RFC 5545, section 3.3.11). */
export function unescapeText(value: string): string {
  return value.slice(0, maxRead).replaceAll(/\\([\\;,nN])/g, (_, character: string) => {
    return character === 'n' || character === 'N' ? '\n' : character;
  });
}

/** The values of a list of text, such as that of CATEGORIES. */
export function textList(value: string): readonly string[] {
  const parts = value.slice(0, maxRead).match(/(?:\\.|[^\\,])+/gs) ?? [];
  return parts.map((part) => unescapeText(part).trim());
}

/** Text as the value of a property. Whatever is not seen, and could begin a line, stands there as a replacement character. */
export function escapeText(text: string): string {
  return seen(text.replaceAll(/\r\n?/g, '\n'))
    .replaceAll(/[\\;,]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', ' ');
}

/** Text of others as one line, in which everything is seen; undefined where nothing is. */
export function oneLine(text: string, maxCharacters: number): string | undefined {
  const line = shortened(seen(text.slice(0, maxRead)).replaceAll(/\s+/g, ' ').trim(), maxCharacters);
  return line === '' || whyUnseen(line) !== undefined ? undefined : line;
}

/** Text of at most so many characters, counted as code points. */
export function shortened(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  // In so many code units are more characters than that, if there are as many units.
  const characters = Array.from(text.slice(0, 2 * maxCharacters + 2));
  if (characters.length <= maxCharacters) return text;
  const kept = characters.slice(0, maxCharacters - 1).join('');
  return `${kept.trimEnd()}…`;
}
