import { digestOf } from '../../core/hash.js';
import { type PlanContent, contentOf } from '../../core/plan/content.js';
import type { PlanScene } from '../../core/plan/timeline.js';
import type { Window } from '../../core/calendar/window.js';
import { evaluateGates } from '../../core/policy/evaluate.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { Gate } from '../../core/policy/model.js';
import { type RestrictionInForce, statusOfLane } from '../../core/restriction/closed.js';
import { bundle, facts as factsOf, policyDigest } from './policy-facts.js';

const always = { closures: [] };

/** A gate of a plan that asks for nothing but what is given. */
export function gateOf(id: string, asks: Partial<Gate>): Gate {
  const base = { type: 'TESTS', lanes: ['gold'], kinds: ['PROMOTION'], severity: 'BLOCKING', message: '' } as const;
  return { ...base, id, ...asks };
}

/** A freeze of gold, from an instant to another. */
export function freeze(name: string, begins: Date, ends: Date): RestrictionInForce {
  const wall = (date: Date) => date.toISOString().slice(0, 19);
  const { name: _name, ...spec }: Window = {
    ...{ name, kind: 'FREEZE', reason: 'rest', actions: ['DEPLOY'], inFlight: 'FINISH' },
    ...{ zone: 'UTC', begins: wall(begins), ends: wall(ends) },
  };
  return { restriction: { kind: 'window', name, spec }, changedBy: 'ops' };
}

/** What a plan looks at: gates over facts, and a lane with restrictions. */
export function sceneOf(
  gates: readonly Gate[],
  facts: Partial<PolicyFacts> = {},
  restrictions: readonly RestrictionInForce[] = [],
  more: Partial<PlanScene> & { readonly startsAt?: Date } = {},
): PlanScene {
  const { startsAt, ...rest } = more;
  const subject = {
    product: 'shop',
    lane: 'gold',
    action: 'DEPLOY',
    ...(startsAt !== undefined && { startsAt }),
  } as const;
  return {
    snapshot: { policy: 'default', product: 'shop', lane: 'gold', kind: 'PROMOTION', gates },
    facts: factsOf(facts),
    laneAt: (at) => statusOfLane(restrictions, subject, at),
    approvalsAt: () => always,
    people: [],
    queue: [],
    own: { kind: 'PROMOTION', priority: 'normal', queuedAt: undefined },
    notices: [],
    ...rest,
  };
}

/** The content of a plan of such a scene. */
export function planOf(
  gates: readonly Gate[],
  facts: Partial<PolicyFacts>,
  now: Date,
  changes: Partial<PlanContent> = {},
): PlanContent {
  const { snapshot, facts: seen } = sceneOf(gates, facts);
  const content = contentOf({
    ...{
      requester: 'rita',
      policy: policyDigest,
      definition: 'default@1',
      live: null,
      restrictions: [],
      problem: null,
    },
    ...{ queue: [], schedule: { priority: 'normal' }, snapshot, facts: seen },
    evaluation: evaluateGates(snapshot, seen, now),
  });
  return { ...content, ...changes };
}

/** Some bundle that is not the one which is planned. */
export const otherBundle = digestOf(`not ${bundle}`);
