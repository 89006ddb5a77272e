/** How many lanes of a circle are named at most. */
const maxNamed = 10;

/** How many places are named of a circle at most. */
const maxPlaces = 3;

/** Where it is written that something waits; looked up only where it is told. */
export type PlaceOf = () => string;

/** Lanes that wait for each other, in words, and some of the places that say so. */
export interface Circle {
  readonly words: string;
  readonly places: readonly string[];
}

/**
 * What waits for what. A group stands between many that wait and the many that all of them wait for, so that there are as
 * many edges as names, not as many as pairs.
 */
export class WaitGraph {
  readonly #next = new Map<string, Map<string, PlaceOf | undefined>>();
  #groups = 0;

  /** A group that waits for something. @returns its name, which no lane has */
  addGroup(targets: readonly (readonly [name: string, placeOf?: PlaceOf])[]): string {
    const group = `*${String((this.#groups += 1))}`;
    for (const [target, placeOf] of targets) this.add(group, target, placeOf);
    return group;
  }

  add(from: string, to: string, placeOf?: PlaceOf): void {
    const known = this.#next.get(from);
    if (known === undefined) this.#next.set(from, new Map([[to, placeOf]]));
    else if (!known.has(to)) known.set(to, placeOf);
  }

  /** One circle, the shortest from the first name on, of each set of lanes that all wait for each other. */
  *circles(): Generator<Circle> {
    for (const component of componentsOf(this.#next)) {
      const circle = this.#circleIn(component);
      if (circle === undefined) continue;
      yield { words: wordsOf(circle.filter((name) => !isGroup(name))), places: this.#placesOf(circle) };
    }
  }

  #placesOf(circle: readonly string[]): readonly string[] {
    const places = new Set<string>();
    for (const [at, from] of circle.entries()) {
      const place = this.#next.get(from)?.get(circle[at + 1] ?? '')?.() ?? '';
      if (place !== '') places.add(place);
      if (places.size === maxPlaces) break;
    }
    return [...places];
  }

  #circleIn(component: readonly string[]): readonly string[] | undefined {
    const within = new Set(component);
    const start = component.filter((name) => !isGroup(name)).reduce((a, b) => (a < b ? a : b), '\u{10FFFF}');
    const cameFrom = new Map<string, string>();
    const queue = [start];
    // A loop over an array goes on with what is added to it meanwhile.
    for (const from of queue)
      for (const to of this.#next.get(from)?.keys() ?? []) {
        if (to === start) return [...wayTo(from, cameFrom), start];
        if (!within.has(to) || cameFrom.has(to)) continue;
        cameFrom.set(to, from);
        queue.push(to);
      }
    return undefined;
  }
}

function isGroup(name: string): boolean {
  return name.startsWith('*');
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.push(at);
  return way.reverse();
}

function wordsOf(circle: readonly string[]): string {
  const left = circle.length - maxNamed;
  if (left <= 0) return circle.join(' → ');
  return [...circle.slice(0, maxNamed - 1), `${String(left)} more`, ...circle.slice(-1)].join(' → ');
}

interface Visit {
  readonly node: string;
  readonly rest: Iterator<string>;
}

/** The sets of nodes that all reach each other (Tarjan's algorithm, without recursion). */
function* componentsOf(next: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Generator<readonly string[]> {
  const found = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open = new Set<string>();
  const stack: string[] = [];
  const lower = (node: string, to: number | undefined) => {
    lowest.set(node, Math.min(lowest.get(node) ?? Infinity, to ?? Infinity));
  };
  const visit = (node: string): Visit => {
    lower(node, found.size);
    found.set(node, found.size);
    open.add(node);
    stack.push(node);
    return { node, rest: (next.get(node) ?? new Map<string, unknown>()).keys() };
  };
  for (const root of next.keys()) {
    const visits = found.has(root) ? [] : [visit(root)];
    for (let top = visits.at(-1); top !== undefined; top = visits.at(-1)) {
      const step = top.rest.next();
      if (step.done !== true) {
        const to = step.value;
        if (!found.has(to)) visits.push(visit(to));
        else if (open.has(to)) lower(top.node, found.get(to));
        continue;
      }
      visits.pop();
      const above = visits.at(-1);
      if (above !== undefined) lower(above.node, lowest.get(top.node));
      if (lowest.get(top.node) !== found.get(top.node)) continue;
      const component = stack.splice(stack.lastIndexOf(top.node));
      for (const node of component) open.delete(node);
      yield component;
    }
  }
}
