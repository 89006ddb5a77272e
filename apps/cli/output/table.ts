import { stripVTControlCharacters } from 'node:util';

/** A row of a table, cell by cell; cells may hold colours. */
export type Row = readonly string[];

const gap = '  ';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A table without borders: columns as wide as their widest cell, the last one unpadded. Titles alone without rows. */
export function renderTable(titles: Row, rows: readonly Row[]): string {
  const all = [titles, ...rows].map((row) => row.map(oneLine));
  const widths = titles.map((_title, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === titles.length - 1 ? cell : pad(cell, widths[column] ?? 0)))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Pairs of a name and a value, with the values aligned; pairs without a value are omitted. */
export function renderFields(pairs: readonly (readonly [string, string | undefined])[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(
      ([name, value]) =>
        `${`${name}:`.padEnd(width + 1)}${gap}${value.replaceAll('\n', `\n${' '.repeat(width + 1 + gap.length)}`)}`,
    )
    .join('\n');
}

/** A cell is one line: another one would look like a row of its own. */
function oneLine(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ');
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: string): number {
  return [...graphemes.segment(stripVTControlCharacters(cell))].length;
}
