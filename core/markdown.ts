import { utf8Of } from './bytes.js';

/**
 * Markdown that shows text of others. Whoever renders it, the Temporal UI for one, turns what looks like an address into a
 * link even when its punctuation is escaped; only code is left as it is. So what others wrote is always code.
 */

/** A line break, a tab: what separates words. */
const blanks = /[\s\u2028\u2029]+/gu;
/** What is not seen, or changes how its surroundings are seen: control and format characters, halves of characters. */
const unseen = /\p{C}/gu;

/** A text as one line of at most `maxLength` characters, without anything that cannot be seen. */
export function oneLine(text: string, maxLength: number): string {
  // Cut first, so that what follows does not depend on how much was sent.
  const characters = Array.from(
    text
      .slice(0, 4 * maxLength)
      .replace(blanks, ' ')
      .trim()
      .replace(unseen, '\uFFFD'),
  );
  const isCut = characters.length > maxLength || text.length > 4 * maxLength;
  return isCut ? `${characters.slice(0, maxLength - 1).join('')}…` : characters.join('');
}

/** A text of others as a code span, which ends nowhere but at its end. */
export function code(text: string, maxLength = 200): string {
  const line = oneLine(text, maxLength);
  if (line === '') return '—';
  const fence = '`'.repeat(longestFence(line) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** Commands as a code block, one on each line. */
export function codeBlock(lines: readonly string[], maxLength = 600): string {
  const shown = lines.map((line) => oneLine(line, maxLength));
  const fence = '`'.repeat(Math.max(3, longestFence(shown.join('\n')) + 1));
  return [fence, ...shown, fence].join('\n');
}

/** A heading, which is not the text of others, and a list below it with as many items as fit; nothing without items. */
export function section(title: string, items: readonly string[], maxBytes: number): readonly string[] {
  if (items.length === 0) return [];
  let left = maxBytes;
  const shown = items.filter((item) => (left -= utf8Of(item).length + 3) >= 0);
  const more = items.length - shown.length;
  const lines = [...shown.map((item) => `- ${item}`), ...(more > 0 ? [`- … and ${more} more`] : [])];
  return [heading(title), lines.join('\n')];
}

/** A heading, which is not the text of others. */
export function heading(title: string): string {
  return `#### ${title}`;
}

/** An instant, RFC 3339 in UTC, to the second. */
export function instant(at: string): string {
  return code(at.replace(/\.\d+Z$/, 'Z').replace('T', ' '), 30);
}

/** Paragraphs and lists one below the other, as many as fit; `rest` says where the others are. */
export function document(blocks: readonly string[], maxBytes: number, rest: string): string {
  const shown: string[] = [];
  let left = maxBytes - utf8Of(rest).length;
  for (const block of blocks) {
    left -= utf8Of(block).length + 2;
    if (left < 0) return [...shown, rest].join('\n\n');
    shown.push(block);
  }
  return shown.join('\n\n');
}

function longestFence(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
