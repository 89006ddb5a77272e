import { asLanekeeperError, type LanekeeperError } from '../errors.js';
import { type Lane, lanes } from '../lanes.js';
import { holdingOverrides } from '../policy/conditions.js';
import type { Layer, Override, RuleLayers } from '../policy/layers/document.js';
import { isList, isObject, type Json } from '../policy/layers/merge.js';
import { layersOf, resolveWith } from '../policy/resolve.js';
import { promotionKinds } from '../promotion/state.js';
import { WaitGraph } from './circles.js';
import { costlyConditions } from './costly-conditions.js';
import { defaultName, lookUp, type RuleBook } from './rule-book.js';
import { gatesOfProfiles, unknownGates, wordsOfUnknown } from './unknown-gates.js';
import { neverPassing, type OwnWait } from './stuck-lanes.js';
import { type Wait, waitsOf } from './waits.js';

/** How many problems are told, and how long each may be, in characters. */
const most = { problems: 20, length: 2_000 } as const;

/**
 * What a check may spend: about a step of a rule each, with more for each document in force, because what is in force was
 * published by two people, and what one person drafts is checked with all of it.
 */
const allowed = { anyway: 3_000_000, each: 20_000 } as const;

/** What parts of a check take, in the same steps. */
const cost = { context: 20, gate: 30, target: 2, failure: 5_000 } as const;

/**
 * What is wrong with documents together, though each is well written by itself: something that is named is not there,
 * gates that are incomplete under some profile, conditions that cost too much, lanes that wait for each other. Each problem
 * once, in a fixed order, and at most twenty; what takes longer to check than documents may is refused for that.
 *
 * @param unread stands in for documents that cannot be read: nothing is said that they could prove wrong
 */
export function problemsOfBook(book: RuleBook, unread: ReadonlySet<Layer> = new Set()): readonly string[] {
  return new BookCheck(book, unread).problems();
}

interface About {
  readonly product: string;
  readonly lane: Lane;
  readonly profile: string;
}

/** For what the gates of a lane wait: a group of lanes of other products, and lanes of its own. */
interface WaitsOfGates {
  readonly group?: string;
  readonly own: readonly Pick<Wait, 'lane' | 'placeOf'>[];
  /** For which of its own lanes gates wait, also where they have a choice. */
  readonly holding: readonly OwnWait[];
}

class BookCheck {
  readonly #book: RuleBook;
  readonly #found = new Set<string>();
  readonly #waits = new WaitGraph();
  readonly #ofProfiles: ReadonlySet<string>;
  readonly #numbers = new Map<Layer | Override, number>();
  /** Layers that were looked at, and what waits by gates that were resolved: products without rules of their own share them. */
  readonly #looked = new Set<string>();
  readonly #groups = new Map<string, WaitsOfGates>();
  readonly #unread: ReadonlySet<Layer>;
  #left: number;

  constructor(book: RuleBook, unread: ReadonlySet<Layer>) {
    this.#book = book;
    this.#unread = unread;
    this.#ofProfiles = gatesOfProfiles(book);
    this.#left = allowed.anyway + allowed.each * (book.policies.size + book.profiles.size + book.definitions.size);
  }

  problems(): readonly string[] {
    let holding = new Map<Lane, readonly OwnWait[]>();
    for (const about of contextsOf(this.#book)) {
      if (about.lane === lanes[0]) holding = new Map();
      if (this.#left < 0) {
        // What was found explains it.
        if (this.#found.size === 0)
          this.#add('the documents take too long to check together: name fewer products, conditions or gates');
        return this.#sorted();
      }
      this.#attempt(() => this.#checkLane(about, holding));
      // All lanes of the product have been looked at.
      if (about.lane === lanes.at(-1)) for (const problem of neverPassing(holding)) this.#add(problem);
      if (this.#isFull()) return this.#sorted();
    }
    for (const circle of this.#waits.circles()) {
      const [first, ...others] = circle.places;
      const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
      this.#add(`${first === undefined ? '' : `${first}: `}lanes wait for each other: ${circle.words}${also}`);
      if (this.#isFull()) break;
    }
    return this.#sorted();
  }

  #checkLane({ product, lane, profile }: About, holding: Map<Lane, readonly OwnWait[]>): void {
    this.#left -= cost.context;
    const { rules } = lookUp(this.#book, { product, lane, transformationProfile: profile });
    const layers = layersOf(rules);
    if (layers.some((layer) => this.#unread.has(layer))) return;
    const key = layers.map((layer) => this.#numberOf(layer)).join(' ');
    this.#lookAt(key, rules, layers);
    for (const kind of promotionKinds) {
      if (this.#isFull()) return;
      this.#attempt(() => {
        const { held, spent } = holdingOverrides(layers, { product, lane, kind });
        this.#left -= spent;
        const known = [key, lane, kind, ...[...held].map((one) => this.#numberOf(one))].join(' ');
        const waits = this.#groups.get(known) ?? this.#groupOf(known, rules, held, { product, lane, kind });
        const from = `${product}/${lane}`;
        if (waits.group !== undefined) this.#waits.add(from, waits.group);
        for (const { lane: to, placeOf } of waits.own) this.#waits.add(from, `${product}/${to}`, placeOf);
        if (kind === 'PROMOTION') holding.set(lane, waits.holding);
      });
    }
  }

  /** Looks at what layers say, whatever product they are for. */
  #lookAt(key: string, rules: RuleLayers, layers: readonly Layer[]): void {
    if (this.#looked.has(key)) return;
    this.#looked.add(key);
    this.#left -= cost.target * layers.reduce((sum, layer) => sum + sizeOf(layer), 0);
    for (const problem of costlyConditions(layers)) this.#add(problem);
    // Of what a profile brings that cannot be read, nobody knows whether it is there.
    if ([...this.#book.profiles.values()].some(({ document }) => this.#unread.has(document))) return;
    for (const unknown of unknownGates(rules, this.#ofProfiles)) {
      if (this.#isFull()) return;
      this.#add(wordsOfUnknown(unknown));
    }
  }

  /** For what gates wait, for all products that have them. */
  #groupOf(
    key: string,
    rules: RuleLayers,
    held: ReadonlySet<Override>,
    context: Parameters<typeof resolveWith>[1],
  ): WaitsOfGates {
    this.#groups.set(key, { own: [], holding: [] });
    this.#left -= cost.gate * layersOf(rules).reduce((sum, layer) => sum + sizeOf(layer), 1);
    const { all, own, problems } = waitsOf(
      resolveWith(rules, context, held).snapshot.gates,
      context,
      layersOf(rules),
      held,
    );
    this.#left -= cost.target * all.length;
    for (const problem of problems) this.#add(problem);
    const others = all.flatMap(({ product, lane, placeOf }) =>
      product === undefined ? [] : [[`${product}/${lane}`, placeOf] as const],
    );
    const waits: WaitsOfGates = {
      ...(others.length > 0 && { group: this.#waits.addGroup(others) }),
      own: all.filter(({ product }) => product === undefined),
      holding: own,
    };
    this.#groups.set(key, waits);
    return waits;
  }

  #attempt(check: () => void): void {
    try {
      check();
    } catch (error) {
      const known = asLanekeeperError(error);
      if (known === undefined) throw error;
      if (known.code === 'UNKNOWN_LANE') return;
      this.#left -= cost.failure;
      this.#add(wordsOfError(known));
    }
  }

  #numberOf(one: Layer | Override): number {
    const number = this.#numbers.get(one) ?? this.#numbers.size;
    this.#numbers.set(one, number);
    return number;
  }

  #add(problem: string): void {
    if (this.#isFull()) return;
    this.#found.add(problem.length > most.length ? `${problem.slice(0, most.length - 1)}…` : problem);
  }

  #isFull(): boolean {
    return this.#found.size >= most.problems;
  }

  #sorted(): readonly string[] {
    return [...this.#found].sort();
  }
}

function wordsOfError({ message, object = '', why = '' }: LanekeeperError): string {
  const place = /:\d+:\d+$/.test(object) && !why.includes(object) ? object : '';
  return [place, message, why].filter(Boolean).join(': ');
}

/** Everything for which rules are looked up, and what stands for all that nothing names. */
function* contextsOf(book: RuleBook): Generator<About> {
  for (const product of productsIn(book))
    for (const profile of ['', ...book.profiles.keys()]) for (const lane of lanes) yield { product, lane, profile };
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

/** How much a layer says of gates. */
function sizeOf({ gates, remove, overrides }: Layer): number {
  const ofOverrides = overrides.reduce((sum, one) => sum + one.set.length + one.add.length + one.remove.length, 0);
  return gates.length + remove.length + ofOverrides;
}
