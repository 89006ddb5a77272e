import type { Lane } from '../lanes.js';

/** A gate that holds a lane until the bundle was live in enough of some lanes of its product. */
export interface OwnWait {
  readonly gate: string;
  readonly lanes: readonly Lane[];
  readonly atLeast: number;
  readonly placeOf: () => string;
}

/**
 * The gates with a choice of lanes, of which too few can ever be entered, because they wait for the lane of the gate. That
 * lanes without any choice wait for each other is told by the circle that they make. Lanes that are not given hold nothing.
 */
export function neverPassing(waits: ReadonlyMap<Lane, readonly OwnWait[]>): readonly string[] {
  const stuck = stuckLanes(waits);
  const unmet = new Map([...stuck].map((lane) => [lane, (waits.get(lane) ?? []).filter((one) => isUnmet(one, stuck))]));
  return [...unmet].flatMap(([lane, own]) =>
    own.filter(hasChoice).flatMap((wait) => {
      const way = wayBack(wait, lane, unmet);
      return way === undefined ? [] : [wordsOf(wait, lane, way)];
    }),
  );
}

function hasChoice({ lanes, atLeast }: OwnWait): boolean {
  return atLeast < lanes.length;
}

/** The lanes that no bundle can enter, found by letting bundles into all others. */
function stuckLanes(waits: ReadonlyMap<Lane, readonly OwnWait[]>): ReadonlySet<Lane> {
  const stuck = new Set(waits.keys());
  for (;;) {
    const next = [...stuck].find((lane) => !(waits.get(lane) ?? []).some((one) => isUnmet(one, stuck)));
    if (next === undefined) return stuck;
    stuck.delete(next);
  }
}

function isUnmet({ lanes, atLeast }: OwnWait, stuck: ReadonlySet<Lane>): boolean {
  return lanes.filter((lane) => !stuck.has(lane)).length < atLeast;
}

interface Hop {
  readonly from: Lane;
  readonly to: Lane;
  readonly wait: OwnWait;
}

/** How lanes wait from what a gate waits for back to its own lane; undefined where they do not. */
function wayBack(first: OwnWait, lane: Lane, unmet: ReadonlyMap<Lane, readonly OwnWait[]>): readonly Hop[] | undefined {
  if (first.lanes.includes(lane)) return [];
  const ways: (readonly Hop[])[] = first.lanes.flatMap((from) => hopsFrom(from, unmet).map((hop) => [hop]));
  // A loop over an array goes on with what is added to it meanwhile; no way is longer than there are lanes.
  for (const way of ways) {
    const last = way.at(-1);
    if (last?.to === lane) return way;
    if (last !== undefined && way.length < unmet.size)
      ways.push(
        ...hopsFrom(last.to, unmet)
          .filter(({ to }) => !way.some(({ from }) => from === to))
          .map((hop) => [...way, hop]),
      );
  }
  return undefined;
}

/** One for each lane that another one waits for, by the first gate that does. */
function hopsFrom(from: Lane, unmet: ReadonlyMap<Lane, readonly OwnWait[]>): readonly Hop[] {
  const hops = new Map<Lane, Hop>();
  for (const wait of unmet.get(from) ?? [])
    for (const to of wait.lanes) if (!hops.has(to)) hops.set(to, { from, to, wait });
  return [...hops.values()];
}

function wordsOf(wait: OwnWait, lane: Lane, way: readonly Hop[]): string {
  const target = way[0]?.from ?? lane;
  const why =
    way.length === 0
      ? `a bundle is live there only after this gate has passed`
      : way
          .map(({ from, to, wait: other }) => `${from} waits for ${to} (gate ${other.gate}, ${other.placeOf()})`)
          .join(', and ');
  const what = way.length === 0 ? `${lane} itself` : target;
  return `${wait.placeOf()}: gate ${wait.gate} can never pass: it holds ${lane} until the bundle was live in ${what}, and ${why}`;
}
