import type { Place } from '../../yaml-file/read.js';

/** How a rule is written in its file. */
export interface WrittenRule {
  /** Where its scalar begins. */
  readonly place: Place;
  /** As it stands in the file: with quotes, or the lines of a block. */
  readonly written: string;
  /** As YAML reads it. */
  readonly text: string;
}

/** A place in a file, and what to add where that is only where the scalar begins. */
export interface RulePlace extends Place {
  readonly within: string;
}

/** Where a character of a rule stands in its file. In text that YAML folds or unescapes this is not known exactly. */
export function placeIn({ place, written, text }: WrittenRule, offset: number): RulePlace {
  const before = text.slice(0, offset).split('\n');
  const [row, column] = [before.length - 1, before.at(-1)?.length ?? 0];
  const isBlock = /^[|>]/.test(written);
  const line = text.split('\n')[row] ?? '';
  const shown = written.split('\n')[isBlock ? row + 1 : row]?.trimEnd() ?? '';
  const exact = isBlock
    ? shown.trimStart() !== '' && shown.endsWith(line.trimEnd()) && (written.startsWith('|') || isOneLine(text))
    : isOneLine(written) && unquoted(written) === text;
  if (!exact) return { ...place, within: ` (character ${String(offset + 1)} of the rule)` };
  if (isBlock) {
    const indent = shown.length - line.trimEnd().length;
    return { line: place.line + row + 1, column: indent + column + 1, within: '' };
  }
  return { line: place.line, column: place.column + written.indexOf(text) + column, within: '' };
}

function isOneLine(text: string): boolean {
  return !text.trimEnd().includes('\n');
}

function unquoted(written: string): string {
  return /^(['"]).*\1$/.test(written) ? written.slice(1, -1) : written;
}
