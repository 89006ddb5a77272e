import { utf8Of } from '../../bytes.js';
import { seen } from '../../unseen.js';

/** How long a line may be, in octets of UTF-8 without its end (RFC 5545, section 3.1). */
const maxOctets = 75;

/**
 * Lines as the text of a calendar: each is folded, never inside of a character, and none begins another, whatever is in it:
 * what could end a line stands there as a replacement character.
 */
export function textOfLines(lines: readonly string[]): string {
  return lines.map((line) => `${folded(seen(line.replaceAll(/[\n\t]/g, '\uFFFD')))}\r\n`).join('');
}

function folded(line: string): string {
  if (line.length <= maxOctets && utf8Of(line).length <= maxOctets) return line;
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character.codePointAt(0) ?? 0);
    // The blank with which a folded line begins is one of its octets.
    if (octets + size > maxOctets - (parts.length === 0 ? 0 : 1)) {
      parts.push(line.slice(from, at));
      from = at;
      octets = 0;
    }
    at += character.length;
    octets += size;
  }
  parts.push(line.slice(from));
  return parts.join('\r\n ');
}

function octetsOf(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_00_00 ? 3 : 4;
}
