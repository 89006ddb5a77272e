import { LanekeeperError } from '../../errors.js';

/** How long the text of a calendar may be, in UTF-16 code units: known without reading any of it. */
export const maxCalendarLength = 1024 * 1024;

/** A line of a calendar, put together again where it is folded (RFC 5545, section 3.1). */
export interface ContentLine {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a calendar that say something. A line ends with CRLF, or with LF, as many programs write it; a CR alone is
 * a character of its line.
 *
 * @throws LIMIT_EXCEEDED for a longer text than {@link maxCalendarLength}, before anything of it is read
 */
export function* contentLines(text: string): Generator<ContentLine> {
  if (text.length > maxCalendarLength)
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: 'the calendar is too long',
      why: `it has ${text.length} characters; at most ${maxCalendarLength} are read`,
      next: 'export a shorter time or fewer calendars, and leave out attachments',
    });
  let parts: string[] = [];
  let begun = 0;
  let line = 0;
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end;
    const part = text.slice(at, text[next - 1] === '\r' && next > at ? next - 1 : next);
    at = next + 1;
    line += 1;
    if (begun > 0 && (part.startsWith(' ') || part.startsWith('\t'))) {
      parts.push(part.slice(1));
      continue;
    }
    if (parts.length > 0) yield { line: begun, text: parts.join('') };
    begun = line;
    parts = part === '' ? [] : [part];
  }
  if (parts.length > 0) yield { line: begun, text: parts.join('') };
}
