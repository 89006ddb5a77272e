import { type Closure, ClosureKind, type LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampMs } from '@bufbuild/protobuf/wkt';

/** A lane, and whether it is open. */
export interface LaneWithOpening {
  readonly product: string;
  readonly lane: Lane;
  readonly opening?: LaneOpening | undefined;
}

/** Something that closes lanes, with all the lanes that are shown and that it closes. */
export interface ClosedBy {
  /** Names it among the others. */
  readonly key: string;
  readonly closure: Closure;
  /** The change windows outside of which these lanes are: together they are one reason; of others, it alone. */
  readonly closures: readonly Closure[];
  readonly lanes: readonly Pick<LaneWithOpening, 'product' | 'lane'>[];
  /** When all of these lanes open; absent where they do not at the same time, or nobody can say. */
  readonly opens?: Timestamp;
}

/** What people decided comes before what the clock decides. */
const order = [ClosureKind.HOLD, ClosureKind.RECALL, ClosureKind.FREEZE, ClosureKind.CHANGE];

/** What closes a lane for one reason; at least one. */
type Reason = readonly [Closure, ...Closure[]];

/** All change windows of a lane together are one reason: it opens when the first of them is there. */
function reasonsOf(closures: readonly Closure[]): readonly Reason[] {
  const [first, ...others] = closures.filter(({ kind }) => kind === ClosureKind.CHANGE);
  return [
    ...closures.filter(({ kind }) => kind !== ClosureKind.CHANGE).map((one): Reason => [one]),
    ...(first === undefined ? [] : [[first, ...others] as const]),
  ];
}

/** What closes lanes, each once, whatever number of lanes it closes: first holds, then what closes most lanes. */
export function closedBy(lanes: readonly LaneWithOpening[]): readonly ClosedBy[] {
  const found = new Map<string, { closures: Reason; lanes: LaneWithOpening[] }>();
  for (const lane of lanes)
    for (const closures of reasonsOf(lane.opening?.closures ?? [])) {
      const key = closures.map(({ kind, name, hold }) => `${String(kind)}/${name}/${hold}`).join(' ');
      const known = found.get(key);
      if (known === undefined) found.set(key, { closures, lanes: [lane] });
      else known.lanes.push(lane);
    }
  return [...found]
    .map(([key, { closures, lanes: own }]): ClosedBy => {
      const [first, ...others] = own.map(({ opening }) => opening?.nextOpen);
      const isSame = first !== undefined && others.every((each) => each && timestampMs(each) === timestampMs(first));
      return { key, closure: closures[0], closures, lanes: own, ...(isSame && { opens: first }) };
    })
    .sort(
      (a, b) =>
        order.indexOf(a.closure.kind) - order.indexOf(b.closure.kind) ||
        b.lanes.length - a.lanes.length ||
        (a.key < b.key ? -1 : 1),
    );
}

/** Which lanes these are, in words: `gold of shop`, `every lane of shop`, `gold of 150 products`, `312 lanes`. */
export function lanesInWords(lanes: readonly Pick<LaneWithOpening, 'product' | 'lane'>[]): string {
  const products = [...new Set(lanes.map(({ product }) => product))];
  const kinds = [...new Set(lanes.map(({ lane }) => lane))].sort((a, b) => a - b);
  const whose = products.length === 1 ? (products[0] ?? '') : `${String(products.length)} products`;
  if (kinds.length * products.length !== lanes.length) return `${String(lanes.length)} lanes`;
  if (kinds.length === allLanes) return `every lane of ${whose}`;
  return `${kinds.map((lane) => Lane[lane].toLowerCase()).join(' and ')} of ${whose}`;
}

const allLanes = 3;

/** The command that lifts a hold. */
export function resumeCommand({ name, hold }: Pick<Closure, 'name' | 'hold'>): string {
  const [product = '', lane] = name.split('.');
  const scope = `${product === '_' ? '--all' : product}${lane === undefined ? '' : ` --lane ${lane}`}`;
  return `lane resume ${scope} --hold ${hold} --reason TEXT`;
}

/** The earliest instant, in milliseconds, at which one of these lanes opens or closes; undefined where none is known. */
export function nextTurn(openings: readonly (LaneOpening | undefined)[]): number | undefined {
  const turns = openings.flatMap((opening) =>
    [opening?.nextOpen, opening?.nextClose].flatMap((at) => (at === undefined ? [] : [timestampMs(at)])),
  );
  return turns.length === 0 ? undefined : turns.reduce((a, b) => Math.min(a, b));
}
