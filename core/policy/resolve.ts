import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import { type ConditionContext, holdingOverrides } from './conditions.js';
import { completeGate } from './layers/complete.js';
import type { GateProblem } from './layers/gate-file.js';
import type { Layer, Override, RuleLayers } from './layers/document.js';
import { type GatePatch, type LayeredGate, layOver } from './layers/merge.js';
import type { Gate, PolicySnapshot, ValueSource } from './model.js';
import { sourcesOf } from './sources.js';

/** What a policy is resolved for: its gates differ by it. */
export type ResolutionContext = ConditionContext;

/** The gates that apply, and where each of their values comes from. */
export interface ResolvedPolicy {
  readonly snapshot: PolicySnapshot;
  /** Beside the snapshot, whose digest covers the gates alone: what is asked for does not depend on where it is written. */
  readonly sources: readonly ValueSource[];
}

/**
 * Resolves the gates of a product: what its profile and its policies say, each over the one below, then their overrides in
 * the same order, as far as their conditions hold. The last one to set a value counts.
 *
 * @throws INVALID_POLICY when a gate is not complete, or a condition cannot be evaluated
 */
export function resolveSnapshot(rules: RuleLayers, context: ResolutionContext): ResolvedPolicy {
  return resolveWith(rules, context, holdingOverrides(layersOf(rules), context).held);
}

/** The same where it is known already which overrides hold. @throws INVALID_POLICY when a gate is not complete */
export function resolveWith(
  rules: RuleLayers,
  { product, lane, kind }: ResolutionContext,
  held: ReadonlySet<Override>,
): ResolvedPolicy {
  const layers = layersOf(rules);
  const gates = new Map<string, LayeredGate>();
  for (const layer of layers) {
    for (const { id } of layer.remove) gates.delete(id);
    for (const patch of layer.gates) refine(gates, patch);
  }
  for (const { overrides } of layers) for (const override of overrides) if (held.has(override)) apply(gates, override);

  const resolved = [...gates.values()]
    .filter((gate) => applies(gate, 'lanes', lane) && applies(gate, 'kinds', kind, 'PROMOTION'))
    .map((layered) => ({ layered, gate: gateOf(layered, lane, rules) }));
  return {
    snapshot: {
      policy: rules.policies.at(-1)?.name ?? rules.profile?.name ?? '',
      ...(rules.profile !== undefined && { profile: rules.profile.name }),
      ...{ product, lane, kind },
      gates: resolved.map(({ gate }) => gate),
    },
    sources: resolved.flatMap(({ layered, gate }) => sourcesOf(layered, gate, lane)),
  };
}

/** The layers of rules, the lowest first. */
export function layersOf({ profile, policies }: RuleLayers): readonly Layer[] {
  return [...(profile === undefined ? [] : [profile]), ...policies];
}

/** What is said of a gate that is not there, and is none of its own, is about a gate of another profile. */
function refine(gates: Map<string, LayeredGate>, patch: GatePatch): void {
  const below = gates.get(patch.id);
  if (below !== undefined || patch.value['type'] !== undefined) gates.set(patch.id, layOver(below, patch));
}

function apply(gates: Map<string, LayeredGate>, { set, add, remove }: Override): void {
  for (const { id } of remove) gates.delete(id);
  for (const patch of add) gates.set(patch.id, layOver(undefined, patch));
  for (const patch of set) refine(gates, patch);
}

/** Whether a list of a gate names what it is resolved for; without a list it names `absent`, or everything. */
function applies({ value }: LayeredGate, list: 'lanes' | 'kinds', wanted: string, absent?: string): boolean {
  const named = value[list];
  if (Array.isArray(named)) return named.includes(wanted);
  return absent === undefined || absent === wanted;
}

function gateOf(layered: LayeredGate, lane: Lane, { profile }: RuleLayers): Gate {
  const completed = completeGate(layered, lane, profile?.roleMap ?? {});
  if ('gate' in completed) return completed.gate;
  const [first] = completed.problems;
  throw new LanekeeperError('INVALID_POLICY', {
    message: `gate ${layered.id} is not complete`,
    object: `gate ${layered.id}`,
    why: completed.problems.map((problem) => `${placeOf(layered, problem)}${problem.text}`).join('; '),
    next: `correct the policy: lane policy lint${first === undefined ? '' : ' shows every mistake'}`,
  });
}

/** The first value that is written below the path of a problem. */
function placeOf({ origins }: LayeredGate, { path }: GateProblem): string {
  const name = path.join('.');
  const found = [...origins].find(([known]) => name === '' || known === name || known.startsWith(`${name}.`));
  if (found === undefined) return '';
  const { file, line, column } = found[1];
  return `${file}:${String(line)}:${String(column)}: `;
}
