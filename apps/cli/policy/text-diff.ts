import { structuredPatch } from 'diff';

/** How two texts differ, line by line, as a unified diff; empty when they do not. */
export function textDiff(names: readonly [string, string], before: string, after: string): string {
  const { hunks } = structuredPatch(names[0], names[1], before, after, '', '', { context: 3 });
  if (hunks.length === 0) return '';
  return [
    `--- ${names[0]}`,
    `+++ ${names[1]}`,
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${String(oldStart)},${String(oldLines)} +${String(newStart)},${String(newLines)} @@`,
      ...lines,
    ]),
  ].join('\n');
}
