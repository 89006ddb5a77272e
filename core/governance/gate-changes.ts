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

/** What became of a gate in some lanes. */
export interface GateChange {
  readonly gate: string;
  /** The override in which it stands; absent where it stands by itself. */
  readonly override?: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** In which lanes, the lowest first. */
  readonly lanes: readonly Lane[];
  /** The values that differ, by their place: all of them of a gate that was added or removed. */
  readonly fields: readonly FieldChange[];
}

/**
 * How two versions of a policy or a profile differ in what they say of gates, lane by lane; lanes in which the same happens
 * are told together. What lies below or above them is not looked at.
 *
 * @returns undefined for documents that say nothing of gates
 */
export function gateChanges(before: ParsedDocument, after: ParsedDocument): readonly GateChange[] | undefined {
  const [one, other] = [layerIn(before), layerIn(after)];
  if (one === undefined || other === undefined) return undefined;
  const told = new Map<string, { -readonly [Key in keyof GateChange]: GateChange[Key] }>();
  for (const lane of lanes) {
    const [was, is] = [sayingsOf(one, lane), sayingsOf(other, lane)];
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const change = changeOf(was.get(key), is.get(key));
      if (change === undefined) continue;
      const same = JSON.stringify([key, change]);
      const known = told.get(same);
      if (known === undefined) told.set(same, { ...nameIn(key), ...change, lanes: [lane] });
      else known.lanes = [...known.lanes, lane];
    }
  }
  return [...told.values()].sort((a, b) => compare(orderOf(a), orderOf(b)));
}

function layerIn({ kind, document }: ParsedDocument): Layer | undefined {
  return kind === 'policy' || kind === 'profile' ? document : undefined;
}

type Fields = ReadonlyMap<string, string>;

/** What a document says of each gate in a lane, by `gate` or `gate override`. */
function sayingsOf({ gates, remove, overrides }: Layer, lane: Lane): ReadonlyMap<string, Fields> {
  const sayings = new Map<string, Fields>();
  const say = (id: string, value: JsonObject, override = '', more: JsonObject = {}) => {
    if (Array.isArray(value['lanes']) && !value['lanes'].includes(lane)) return;
    const { id: _id, lanes: _lanes, ...rest } = value;
    sayings.set(`${id} ${override}`, new Map(leavesOf({ ...more, ...inLane(rest, lane) }, [])));
  };
  // A gate may be left out of what lies below, and be said anew.
  for (const { id } of remove) say(id, { remove: true });
  for (const { id, value } of gates) say(id, value, '', remove.some((one) => one.id === id) ? { remove: true } : {});
  for (const { id: override, when, set, add, remove: left } of overrides) {
    for (const { id, value } of [...set, ...add]) say(id, value, override, { when });
    for (const { id } of left) say(id, { remove: true }, override, { when });
  }
  return sayings;
}

/** A severity may be said for each lane. */
function inLane(value: JsonObject, lane: Lane): JsonObject {
  const { severity, ...rest } = value;
  if (severity === undefined) return rest;
  if (!isObject(severity)) return { ...rest, severity };
  const own = severity[lane];
  return own === undefined ? rest : { ...rest, severity: own };
}

/** The values, lists as one, by their place. */
function leavesOf(value: JsonObject, path: readonly string[]): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) => {
    const here = [...path, key];
    return isObject(inner) ? leavesOf(inner, here) : [[here.join('.'), JSON.stringify(inner)] as const];
  });
}

function changeOf(was: Fields | undefined, is: Fields | undefined): Pick<GateChange, 'change' | 'fields'> | undefined {
  const names = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort(compare);
  const fields = names.flatMap((field): readonly FieldChange[] => {
    const [before, after] = [was?.get(field), is?.get(field)];
    if (before === after) return [];
    return [{ field, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  });
  if (was === undefined) return { change: 'added', fields };
  if (is === undefined) return { change: 'removed', fields };
  return fields.length === 0 ? undefined : { change: 'changed', fields };
}

function nameIn(key: string): Pick<GateChange, 'gate' | 'override'> {
  const [gate = '', override = ''] = key.split(' ');
  return { gate, ...(override !== '' && { override }) };
}

function orderOf({ gate, override = '', lanes: [first] }: GateChange): string {
  return `${override} ${gate} ${String(first === undefined ? 0 : lanes.indexOf(first))}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
