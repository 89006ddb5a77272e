import { asLanekeeperError } from '../errors.js';
import { didYouMean } from '../did-you-mean.js';
import { type Lane, lanes } from '../lanes.js';
import type { Layer, NamedAt, RuleLayers } from '../policy/layers/document.js';
import { isList, isObject, type Json } from '../policy/layers/merge.js';
import type { Gate } from '../policy/model.js';
import { resolveSnapshot } from '../policy/resolve.js';
import { promotionKinds } from '../promotion/state.js';
import { defaultName, lookUp, type RuleBook } from './rule-book.js';

/**
 * What is wrong with documents together, though each is well written by itself: something that is named is not there,
 * gates that are incomplete under some profile, lanes that wait for each other. Each problem once, in a fixed order.
 */
export function problemsOfBook(book: RuleBook): readonly string[] {
  const problems = new Set<string>();
  const edges = new Map<string, Set<string>>();
  for (const product of productsIn(book))
    for (const profile of ['', ...book.profiles.keys()])
      for (const lane of lanes) {
        try {
          checkLane(book, { product, lane, profile }, problems, edges);
        } catch (error) {
          const known = asLanekeeperError(error);
          if (known === undefined) throw error;
          if (known.code !== 'UNKNOWN_LANE') problems.add([known.message, known.why].filter(Boolean).join(': '));
        }
      }
  for (const circle of circlesIn(edges)) problems.add(`lanes wait for each other: ${circle}`);
  return [...problems].sort();
}

/** Products that documents are named after or that gates name, and one that stands for all others. */
function productsIn({ definitions, policies, profiles }: RuleBook): readonly string[] {
  const layers: readonly Layer[] = [...policies.values(), ...profiles.values()].map(({ document }) => document);
  const named = layers
    .flatMap(({ gates, overrides }) => [...gates, ...overrides.flatMap(({ set, add }) => [...set, ...add])])
    .flatMap(({ value }) => listOf(value['predecessors']))
    .flatMap((one) => (isObject(one) && typeof one['product'] === 'string' ? [one['product']] : []));
  return [...new Set([...definitions.keys(), ...policies.keys(), ...named, defaultName])];
}

function listOf(predecessors: Json | undefined): readonly Json[] {
  const of = isObject(predecessors) ? predecessors['of'] : undefined;
  return isList(of) ? of : [];
}

function checkLane(
  book: RuleBook,
  { product, lane, profile }: { readonly product: string; readonly lane: Lane; readonly profile: string },
  problems: Set<string>,
  edges: Map<string, Set<string>>,
): void {
  const { rules } = lookUp(book, { product, lane, transformationProfile: profile });
  for (const problem of unknownNames(rules, book)) problems.add(problem);
  for (const kind of promotionKinds) {
    const { snapshot } = resolveSnapshot(rules, { product, lane, kind });
    for (const gate of snapshot.gates)
      for (const to of predecessorsOf(gate, product)) {
        const from = `${product}/${lane}`;
        edges.set(from, (edges.get(from) ?? new Set()).add(to));
      }
  }
}

function predecessorsOf({ predecessors }: Gate, own: string): readonly string[] {
  return (predecessors?.of ?? []).map(({ product = own, lane }) => `${product}/${lane}`);
}

/** Gates that are set or left out and that no layer below has, under any profile. */
function unknownNames(rules: RuleLayers, { profiles }: RuleBook): readonly string[] {
  const known = new Set([...profiles.values()].flatMap(({ document }) => ownGates(document)));
  const layers: readonly Layer[] = [...(rules.profile === undefined ? [] : [rules.profile]), ...rules.policies];
  const problems: string[] = [];
  for (const layer of layers) {
    const refinements = layer.gates.filter(({ value }) => value['type'] === undefined);
    problems.push(...missing([...layer.remove, ...refinements.map(placed)], known));
    for (const id of ownGates(layer)) known.add(id);
  }
  for (const { overrides } of layers)
    for (const { set, remove } of overrides) problems.push(...missing([...set.map(placed), ...remove], known));
  return problems;
}

function placed({ id, originOf }: Layer['gates'][number]): NamedAt {
  return { id, origin: originOf(['id']) };
}

function ownGates({ gates, overrides }: Layer): readonly string[] {
  return [...gates, ...overrides.flatMap(({ add }) => add)]
    .filter(({ value }) => value['type'] !== undefined)
    .map(({ id }) => id);
}

function missing(named: readonly NamedAt[], known: ReadonlySet<string>): readonly string[] {
  return named
    .filter(({ id }) => !known.has(id))
    .map(({ id, origin: { file, line, column } }) => {
      return `${file}:${String(line)}:${String(column)}: there is no gate ${id} below it${didYouMean(id, known)}`;
    });
}

/** Circles, each from the lane of it that comes first by name: every way back to a lane that is still being looked at. */
function circlesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const circles = new Set<string>();
  const done = new Set<string>();
  const visit = (lane: string, path: readonly string[]): void => {
    const at = path.indexOf(lane);
    if (at >= 0) circles.add(turned(path.slice(at)));
    if (at >= 0 || done.has(lane)) return;
    for (const next of edges.get(lane) ?? []) visit(next, [...path, lane]);
    done.add(lane);
  };
  for (const lane of edges.keys()) visit(lane, []);
  return circles;
}

function turned(circle: readonly string[]): string {
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  const lanesInOrder = [...circle.slice(first), ...circle.slice(0, first)];
  return [...lanesInOrder, lanesInOrder[0]].join(' → ');
}
