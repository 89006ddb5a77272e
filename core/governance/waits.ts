import type { Lane } from '../lanes.js';
import type { OwnWait } from './stuck-lanes.js';
import { durationText } from '../policy/duration-text.js';
import type { Layer, Override } from '../policy/layers/document.js';
import { isObject, type GatePatch } from '../policy/layers/merge.js';
import type { Gate } from '../policy/model.js';
import type { PromotionKind } from '../promotion/state.js';

/** A lane for which a gate waits, of the same product if it names none, and where that is written. */
export interface Wait {
  readonly gate: string;
  readonly product?: string;
  readonly lane: Lane;
  readonly placeOf: () => string;
}

/** For what gates wait, and what they wait for in vain. */
export interface Waits {
  /** Each of which a gate needs; where it has a choice, it needs none of them. */
  readonly all: readonly Wait[];
  /** The same for lanes of its own product, with the choices. */
  readonly own: readonly OwnWait[];
  readonly problems: readonly string[];
}

/**
 * The lanes for which the gates of a lane wait: those before which nothing is let in. Advisory gates let everything in, and
 * what is rolled back to was let in before.
 *
 * @param held the overrides that have had their say
 */
export function waitsOf(
  gates: readonly Gate[],
  { lane, kind }: { readonly lane: Lane; readonly kind: PromotionKind },
  layers: readonly Layer[],
  held: ReadonlySet<Override>,
): Waits {
  if (kind !== 'PROMOTION') return { all: [], own: [], problems: [] };
  const blocking = gates.filter(({ severity }) => severity === 'BLOCKING');
  const all = blocking.flatMap((gate) => {
    const placeOf = (term: 'soak' | 'predecessors') => () => placeOfTerm(gate.id, term, layers, held);
    return [
      ...neededOf(gate).map((one) => ({ ...one, gate: gate.id, placeOf: placeOf('predecessors') })),
      // Whether it was live in its own lane is told below, without a circle.
      ...(gate.soak === undefined || gate.soak.lane === lane
        ? []
        : [{ gate: gate.id, lane: gate.soak.lane, placeOf: placeOf('soak') }]),
    ];
  });
  const own = blocking.flatMap((gate) => ownWaitsOf(gate, (term) => () => placeOfTerm(gate.id, term, layers, held)));
  return { all, own, problems: blocking.flatMap((gate) => waitsForItself(gate, lane, layers, held)) };
}

/** The predecessors without each of which a gate does not pass. */
function neededOf({ predecessors }: Gate): NonNullable<Gate['predecessors']>['of'] {
  return predecessors !== undefined && predecessors.atLeast >= predecessors.of.length ? predecessors.of : [];
}

function ownWaitsOf(
  { id, soak, predecessors }: Gate,
  placeOf: (term: 'soak' | 'predecessors') => () => string,
): readonly OwnWait[] {
  const own = (predecessors?.of ?? []).flatMap(({ product, lane }) => (product === undefined ? [lane] : []));
  // Of other products, something can be live whatever happens here.
  const atLeast = (predecessors?.atLeast ?? 0) - ((predecessors?.of.length ?? 0) - own.length);
  return [
    ...(soak === undefined ? [] : [{ gate: id, lanes: [soak.lane], atLeast: 1, placeOf: placeOf('soak') }]),
    ...(atLeast > 0 ? [{ gate: id, lanes: own, atLeast, placeOf: placeOf('predecessors') }] : []),
  ];
}

function waitsForItself(
  { id, soak }: Gate,
  lane: Lane,
  layers: readonly Layer[],
  held: ReadonlySet<Override>,
): readonly string[] {
  if (soak?.lane !== lane) return [];
  const place = placeOfTerm(id, 'soak', layers, held);
  const time = durationText(soak.forSeconds * 1_000);
  return [
    `${place}${place === '' ? '' : ': '}gate ${id} can never pass: it lets a bundle into ${lane} only once it was live in ${lane} for ${time}; name the lane before it, or leave ${lane} out of its lanes`,
  ];
}

/** Where the term of a gate is written that counts; empty where no file says it. */
function placeOfTerm(
  gate: string,
  term: 'soak' | 'predecessors',
  layers: readonly Layer[],
  held: ReadonlySet<Override>,
): string {
  const patches: readonly GatePatch[] = [
    ...layers.flatMap(({ gates }) => gates),
    ...layers.flatMap(({ overrides }) =>
      overrides.filter((one) => held.has(one)).flatMap(({ add, set }) => [...add, ...set]),
    ),
  ];
  const found = patches.filter(({ id, value }) => id === gate && isObject(value[term])).at(-1);
  if (found === undefined) return '';
  const { file, line, column } = found.originOf([term]);
  return `${file}:${String(line)}:${String(column)}`;
}
