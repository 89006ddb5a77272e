import { type GateChange, gateChanges } from '../../../core/governance/gate-changes.js';
import { onlyTheDocument, wordsOfGateChange } from '../../../core/governance/gate-change-words.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import type { Terminal } from '../program/terminal.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

/**
 * What the second of two documents, each with its name and text, changes of gates; undefined where they say nothing of gates,
 * or cannot be read any more.
 */
export function gateChangesBetween(
  [from, before]: readonly [string, string],
  [to, after]: readonly [string, string],
): readonly GateChange[] | undefined {
  try {
    return gateChanges(parseDocument(before, from), parseDocument(after, to));
  } catch {
    return undefined;
  }
}

/**
 * What was changed: what a policy extends, then a line for each gate and the lanes in which the same happened, with a line for
 * each value; above them what is compared.
 */
export function gateChangeLines(changes: readonly GateChange[], colours: Terminal['colours']): string {
  if (changes.length === 0) return '';
  return [onlyTheDocument, ...changes.flatMap((one) => linesOf(one, colours))].join('\n');
}

function linesOf(one: GateChange, colours: Terminal['colours']): readonly string[] {
  const { gate, override, change, fields } = one;
  if (gate === undefined) return [`${colours.red('!')} ${colours.bold(wordsOfGateChange(one))}`];
  const there = override === undefined ? '' : ` in override ${override}`;
  return [
    `${markOf(change, colours)} ${colours.bold(gate)}${there}: ${wordsOfGateChange(one)}`,
    ...fields.map(({ field, before, after }) => `    ${field}: ${valueText(change, before, after)}`),
  ];
}

/** By what it does to the gates that apply, not to the text. */
function markOf(change: GateChange['change'], colours: Terminal['colours']): string {
  if (change === 'added' || change === 'no-longer-left-out') return colours.green('+');
  if (change === 'removed' || change === 'left-out') return colours.red('-');
  return colours.yellow('~');
}

function valueText(change: GateChange['change'], before: string | undefined, after: string | undefined): string {
  if (!change.endsWith('changed')) return shortened(after ?? before ?? '');
  return `${before === undefined ? 'nothing' : shortened(before)} → ${after === undefined ? 'nothing' : shortened(after)}`;
}

function shortened(value: string): string {
  return value.length > maxValueLength ? `${value.slice(0, maxValueLength - 1)}…` : value;
}
