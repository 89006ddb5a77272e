import { type Lane, lanes } from '../lanes.js';
import type { Layer } from '../policy/layers/document.js';
import { isObject, type Json, type JsonObject } from '../policy/layers/merge.js';
import type { ParsedDocument } from './parse-document.js';

/** A value of a gate that is another one now. */
export interface FieldChange {
  /** Its place in the gate, in the words of the file: `evidence.maxAge`. */
  readonly field: string;
  /** As JSON; absent where it was not there. */
  readonly before?: string;
  /** As JSON; absent where it is not there any more. */
  readonly after?: string;
}

/** What became of a gate, or of what lies below: see `wordsOfGateChange`. */
export type ChangeKind =
  | 'added'
  | 'removed'
  | 'changed'
  | 'left-out'
  | 'no-longer-left-out'
  | 'refined'
  | 'no-longer-refined'
  | 'refinement-changed'
  | 'extends';

/** What became of a gate in some lanes, or of what a policy extends. */
export interface GateChange {
  /** Absent where `change` is `extends`. */
  readonly gate?: string;
  /** The override in which it stands; absent where it stands by itself. */
  readonly override?: string;
  readonly change: ChangeKind;
  /** In which lanes, the lowest first; none where the document names none, so that what lies below says in which. */
  readonly lanes: readonly Lane[];
  /** The values that differ, by their place: all of them of a gate that was added or removed. */
  readonly fields: readonly FieldChange[];
}

/**
 * How two versions of a policy or a profile differ in what they say of gates; lanes in which the same happens are told
 * together. What lies below or above them is not looked at: a gate without a type refines one of below, wherever that is.
 *
 * @returns undefined for documents that say nothing of gates
 */
export function gateChanges(before: ParsedDocument, after: ParsedDocument): readonly GateChange[] | undefined {
  const [one, other] = [layerIn(before), layerIn(after)];
  if (one === undefined || other === undefined) return undefined;
  const [was, is] = [sayingsOf(one), sayingsOf(other)];
  const changes = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => changesOf(was.get(key), is.get(key)));
  return [...extendsChange(before, after), ...changes.sort((a, b) => compare(orderOf(a), orderOf(b)))];
}

function layerIn({ kind, document }: ParsedDocument): Layer | undefined {
  return kind === 'policy' || kind === 'profile' ? document : undefined;
}

function extendsChange(before: ParsedDocument, after: ParsedDocument): readonly GateChange[] {
  const [was, is] = [before, after].map((one) => (one.kind === 'policy' ? one.document.extends?.id : undefined));
  const field = fieldChange('extends', was && JSON.stringify(was), is && JSON.stringify(is));
  return was === is ? [] : [{ change: 'extends', lanes: [], fields: [field] }];
}

/** What a document does by what it says of a gate. */
type Deed = 'defines' | 'refines' | 'leaves-out';

interface Saying {
  readonly deed: Deed;
  readonly gate: string;
  readonly override?: string;
  readonly value: JsonObject;
}

const changeWords: Readonly<Record<Deed, Readonly<Record<'added' | 'removed' | 'changed', ChangeKind>>>> = {
  defines: { added: 'added', removed: 'removed', changed: 'changed' },
  refines: { added: 'refined', removed: 'no-longer-refined', changed: 'refinement-changed' },
  // Only the condition of its override can be another one.
  'leaves-out': { added: 'left-out', removed: 'no-longer-left-out', changed: 'changed' },
};

/** What a document says of each gate. A gate may be left out of what lies below, and be said anew. */
function sayingsOf({ gates, remove, overrides }: Layer): ReadonlyMap<string, Saying> {
  const sayings: readonly Saying[] = [
    ...remove.map(({ id: gate }) => ({ deed: 'leaves-out' as const, gate, value: {} })),
    ...gates.map(({ id: gate, value }) => ({ deed: deedOf(value), gate, value })),
    ...overrides.flatMap(({ id: override, when, set, add, remove: left }) => [
      ...set.map(({ id: gate, value }) => ({ deed: 'refines' as const, gate, override, value: { ...value, when } })),
      ...add.map(({ id: gate, value }) => ({ deed: 'defines' as const, gate, override, value: { ...value, when } })),
      ...left.map(({ id: gate }) => ({ deed: 'leaves-out' as const, gate, override, value: { when } })),
    ]),
  ];
  return new Map(sayings.map((one) => [`${one.override ?? ''} ${one.gate} ${one.deed}`, one]));
}

function deedOf(value: JsonObject): Deed {
  return value['type'] === undefined ? 'refines' : 'defines';
}

function changesOf(was: Saying | undefined, is: Saying | undefined): readonly GateChange[] {
  const said = is ?? was;
  if (said === undefined) return [];
  const { deed, gate, override } = said;
  const about = { gate, ...(override !== undefined && { override }) };
  if (deed !== 'defines') {
    const change = changeOf(deed, was && leavesIn(was.value), is && leavesIn(is.value));
    return change === undefined ? [] : [{ ...about, ...change, lanes: lanesNamedIn(was ?? said, is ?? said) }];
  }
  const told = new Map<string, GateChange>();
  for (const lane of lanes) {
    const change = changeOf(deed, was && fieldsIn(was.value, lane), is && fieldsIn(is.value, lane));
    if (change === undefined) continue;
    const same = JSON.stringify(change);
    told.set(same, { ...about, ...change, lanes: [...(told.get(same)?.lanes ?? []), lane] });
  }
  return [...told.values()];
}

type Fields = ReadonlyMap<string, string>;

/** What a gate that is defined says in a lane; undefined where it is not there. */
function fieldsIn(value: JsonObject, lane: Lane): Fields | undefined {
  if (Array.isArray(value['lanes']) && !value['lanes'].includes(lane)) return undefined;
  const { lanes: _lanes, ...rest } = value;
  return leavesIn(inLane(rest, lane));
}

/** A severity may be said for each lane. */
function inLane(value: JsonObject, lane: Lane): JsonObject {
  const { severity, ...rest } = value;
  if (severity === undefined) return rest;
  if (!isObject(severity)) return { ...rest, severity };
  const own = severity[lane];
  return own === undefined ? rest : { ...rest, severity: own };
}

/** The lanes that two refinements name, by themselves or by their severities; none where one of them names none. */
function lanesNamedIn(...refinements: readonly Saying[]): readonly Lane[] {
  const named = refinements.map(({ value }) => lanesOf(value));
  return named.includes(undefined) ? [] : lanes.filter((lane) => named.some((one) => one?.includes(lane)));
}

function lanesOf({ lanes: named, severity }: JsonObject): readonly Lane[] | undefined {
  if (Array.isArray(named)) return lanes.filter((lane) => named.includes(lane));
  const one = inOneWord(severity);
  return isObject(one) ? lanes.filter((lane) => one[lane] !== undefined) : undefined;
}

/** A severity that is the same in every lane. */
function inOneWord(severity: Json | undefined): Json | undefined {
  if (!isObject(severity)) return severity;
  const [first, ...rest] = lanes.map((lane) => severity[lane]);
  return first !== undefined && rest.every((one) => one === first) ? first : severity;
}

/** The values of a gate, lists as one, by their place; its name is not one of them, and the order of its lanes says nothing. */
function leavesIn({ id: _id, lanes: named, severity, ...rest }: JsonObject): Fields {
  const ordered = Array.isArray(named) ? lanes.filter((lane) => named.includes(lane)) : undefined;
  const how = inOneWord(severity);
  const value = { ...rest, ...(ordered && { lanes: ordered }), ...(how !== undefined && { severity: how }) };
  return new Map(leavesOf(value, []));
}

function leavesOf(value: JsonObject, path: readonly string[]): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) => {
    const here = [...path, key];
    return isObject(inner) ? leavesOf(inner, here) : [[here.join('.'), JSON.stringify(inner)] as const];
  });
}

function changeOf(
  deed: Deed,
  was: Fields | undefined,
  is: Fields | undefined,
): Pick<GateChange, 'change' | 'fields'> | undefined {
  const names = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort(compare);
  const fields = names.flatMap((field) => {
    const [before, after] = [was?.get(field), is?.get(field)];
    return before === after ? [] : [fieldChange(field, before, after)];
  });
  const words = changeWords[deed];
  if (was === undefined) return is === undefined ? undefined : { change: words.added, fields };
  if (is === undefined) return { change: words.removed, fields };
  return fields.length === 0 ? undefined : { change: words.changed, fields };
}

function fieldChange(field: string, before: string | undefined, after: string | undefined): FieldChange {
  return { field, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function orderOf({ gate = '', override = '', lanes: [first] }: GateChange): string {
  return `${override} ${gate} ${String(first === undefined ? 0 : lanes.indexOf(first))}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
