import type { GateChange } from '../../../../core/governance/gate-changes.js';
import { harmless } from '../../output/harmless.js';
import { gateChangeLines, gateChangesBetween } from '../../policy/gate-changes.js';
import { fetchTold } from '../../policy/told-version.js';
import { textDiff } from '../../policy/text-diff.js';
import { kindOf, nameOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** How versions are compared. */
export interface DiffOptions {
  readonly text?: true;
}

/** Shows how two versions differ: in their gates, or in their texts. */
export async function diffVersions(
  context: Context,
  base: string,
  other: string | undefined,
  { text }: DiffOptions,
): Promise<undefined> {
  const first = await fetchTold(context, base);
  const second = await fetchTold(context, other ?? `${kindOf(first.version)}/${first.version.name}`);
  const [from, to] = [nameOf(first.version), nameOf(second.version)];
  const difference = textDiff([from, to], first.text, second.text);
  const gates = text === true ? undefined : gateChangesBetween([from, first.text], [to, second.text]);
  const value = { base: from, other: to, diff: difference, ...(gates !== undefined && { gates: gates.map(plainOf) }) };
  await context.show.object('PolicyDiff', value, () => {
    if (from === to && other === undefined) return nothingToCompare(from);
    if (difference === '') return `${from} and ${to} have the same text`;
    if (gates === undefined) return difference;
    return gates.length === 0
      ? `${from} and ${to} say the same of gates; their texts differ: lane policy diff ${from} ${to} --text`
      : harmless(gateChangeLines(gates, context.terminal.colours));
  });
  return undefined;
}

/** One version was named, and it is the one with which it would be compared. */
function nothingToCompare(name: string): string {
  const [document = name, version = ''] = name.split('@');
  const before = /^\d+$/.test(version) && Number(version) > 1 ? String(Number(version) - 1) : 'VERSION';
  return `${name} is the newest in force, with which a single version is compared; name another: lane policy diff ${document}@${before} ${name}`;
}

/** For machines: what is absent is left out. */
function plainOf({ lanes, fields, ...change }: GateChange) {
  return { ...change, lanes: [...lanes], fields: fields.map((field) => ({ ...field })) };
}
