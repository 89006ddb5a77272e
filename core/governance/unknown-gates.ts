import { didYouMean } from '../did-you-mean.js';
import type { Layer, NamedAt, RuleLayers } from '../policy/layers/document.js';
import { layersOf } from '../policy/resolve.js';
import type { RuleBook } from './rule-book.js';

/** Gates that are named and are not there, each with those that are. */
export interface UnknownGate extends NamedAt {
  readonly known: ReadonlySet<string>;
}

/** The gates that profiles bring: under another one, what is said of them is about nothing. */
export function gatesOfProfiles({ profiles }: RuleBook): ReadonlySet<string> {
  return new Set([...profiles.values()].flatMap(({ document }) => ownGates(document)));
}

/** Gates that are set or left out and that no layer below has, under any profile. */
export function* unknownGates(rules: RuleLayers, ofProfiles: ReadonlySet<string>): Generator<UnknownGate> {
  const known = new Set(ofProfiles);
  const layers = layersOf(rules);
  for (const layer of layers) {
    const refinements = layer.gates.filter(({ value }) => value['type'] === undefined);
    yield* missing([...layer.remove, ...refinements.map(placed)], known);
    for (const id of ownGates(layer)) known.add(id);
  }
  for (const { overrides } of layers)
    for (const { set, remove } of overrides) yield* missing([...set.map(placed), ...remove], known);
}

/** What is wrong with it, for people. */
export function wordsOfUnknown({ id, origin: { file, line, column }, known }: UnknownGate): string {
  return `${file}:${String(line)}:${String(column)}: there is no gate ${id} below it${didYouMean(id, known)}`;
}

function placed({ id, originOf }: Layer['gates'][number]): NamedAt {
  return { id, origin: originOf(['id']) };
}

function ownGates({ gates, overrides }: Layer): readonly string[] {
  return [...gates, ...overrides.flatMap(({ add }) => add)]
    .filter(({ value }) => value['type'] !== undefined)
    .map(({ id }) => id);
}

function* missing(named: readonly NamedAt[], known: ReadonlySet<string>): Generator<UnknownGate> {
  for (const one of named) if (!known.has(one.id)) yield { ...one, known };
}
