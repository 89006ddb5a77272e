import type { Refusal } from '../decision/check.js';
import type { Signer } from '../enrolment/rules.js';
import type { RestrictionAct } from '../evidence/restriction-act.js';
import { type Hold, type HoldSpec, type Restriction, scopeInWords } from './model.js';

/** Who may open and close: what lets promotions through again, and what stops more than one product. */
export const openers = ['release-manager', 'operator'];

/** Who may stop the line of a product. It is meant to be easy: a hold says who made it and why, and is lifted in one step. */
const stoppers = ['developer', 'qa', 'product-owner', ...openers];

/** Who may call a bundle back: that ends promotions, and takes a second person to undo. */
const recallers = ['qa', 'product-owner', ...openers];

/** Why a statement does not count, and whose would. */
export interface RestrictionRefusal extends Refusal {
  /** Somebody with one of these roles may do it; absent where a role is not what is missing. */
  readonly roles?: readonly string[];
}

/** The restriction as it is; undefined where there is none. */
export interface CurrentRestriction {
  readonly restriction: Restriction;
  readonly state: 'ACTIVE' | 'RETIRED';
  /** Who put it last. */
  readonly putBy: string;
}

/** Why somebody may not do something with a restriction as it is now; undefined when they may. */
export function refuseRestriction(
  act: RestrictionAct,
  signer: Signer,
  current: CurrentRestriction | undefined,
): RestrictionRefusal | undefined {
  if (signer.kind !== 'human') return { code: 'PERMISSION_DENIED', reason: `${signer.name} is no human` };
  const active = current?.state === 'ACTIVE' ? current : undefined;
  if (act.verb === 'retire' && active === undefined)
    return { code: 'WRONG_STATE', reason: current === undefined ? 'there is none' : 'it has ended already' };
  switch (act.kind) {
    case 'window':
      return needsFile(signer) ?? needsRole(signer, openers);
    case 'hold': {
      const before = active?.restriction.kind === 'hold' ? active.restriction.spec.holds : [];
      return act.verb === 'put' ? refuseHolds(act, signer, before) : refuseLifting(signer, before);
    }
    case 'recall':
      return act.verb === 'put' ? refuseRecall(signer, active) : refuseUndoing(signer, active);
  }
}

function refuseHolds(
  act: Extract<RestrictionAct, { verb: 'put'; kind: 'hold' }>,
  signer: Signer,
  before: readonly Hold[],
): RestrictionRefusal | undefined {
  const { holds } = act.spec;
  const old = new Map(before.map((hold) => [hold.id, hold]));
  const kept = new Set(holds.map(({ id }) => id));
  const changed = holds.find((hold) => {
    const known = old.get(hold.id);
    return known !== undefined && JSON.stringify(known) !== JSON.stringify(hold);
  });
  if (changed !== undefined)
    return { code: 'INVALID_INPUT', reason: `it changes the hold of ${changed.by}: lift it, and hold again` };
  const lifted = before.filter(({ id }) => !kept.has(id));
  if (lifted.length > 0) {
    const refusal = refuseLifting(signer, lifted);
    if (refusal !== undefined) return refusal;
  }
  const added = holds.filter(({ id }) => !old.has(id));
  const foreign = added.find(({ by, since }) => by !== signer.name || since !== act.issuedAt);
  if (foreign !== undefined)
    return {
      code: 'DECISION_MISMATCH',
      reason: `${signer.name} signs at ${act.issuedAt} and says that ${foreign.by} held it at ${foreign.since}`,
    };
  if (added.length === 0 && lifted.length === 0) return { code: 'WRONG_STATE', reason: 'it says what is held already' };
  const again = added.find(({ by, reason }) => before.some((one) => one.by === by && one.reason === reason));
  if (again !== undefined)
    return { code: 'CONFLICT', reason: `${again.by} holds ${scopeInWords(act.spec)} for this reason already` };
  if (added.length === 0) return undefined;
  return needsRole(signer, act.spec.product === undefined ? openers : stoppers);
}

/** Whoever has made a hold lifts it, or somebody who may open. */
function refuseLifting(signer: Signer, holds: readonly Hold[]): RestrictionRefusal | undefined {
  const others = holds.filter(({ by }) => by !== signer.name);
  if (others.length === 0) return needsFile(signer);
  const refusal = needsRole(signer, openers);
  if (refusal === undefined) return needsFile(signer);
  const whose = [...new Set(others.map(({ by }) => by))].join(', ');
  return { ...refusal, reason: `a hold of ${whose}: ${refusal.reason}` };
}

function refuseRecall(signer: Signer, active: CurrentRestriction | undefined): RestrictionRefusal | undefined {
  if (active?.restriction.kind === 'recall')
    return {
      code: 'WRONG_STATE',
      reason: `${active.putBy} has recalled it already: ${active.restriction.spec.reason}`,
    };
  return needsRole(signer, recallers);
}

function refuseUndoing(signer: Signer, active: CurrentRestriction | undefined): RestrictionRefusal | undefined {
  if (active?.putBy === signer.name)
    return {
      code: 'SELF_APPROVAL',
      reason: `${signer.name} has recalled it; somebody else undoes that`,
      roles: openers,
    };
  return needsFile(signer) ?? needsRole(signer, openers);
}

/** What lets promotions through again needs a key that does not end with a browser. */
function needsFile({ keyHeldIn }: Signer): Refusal | undefined {
  return keyHeldIn === 'file'
    ? undefined
    : {
        code: 'PERMISSION_DENIED',
        reason: 'a key in a browser stops and does not open: sign with a key in a file',
      };
}

function needsRole({ name, roles }: Signer, wanted: readonly string[]): RestrictionRefusal | undefined {
  return roles.some((role) => wanted.includes(role))
    ? undefined
    : { code: 'ROLE_MISSING', reason: `${name} has none of the roles ${wanted.join(', ')}`, roles: wanted };
}

/** The holds of a scope with one more. */
export function withHold({ holds, ...scope }: HoldSpec, hold: Hold): HoldSpec {
  return { ...scope, holds: [...holds, hold].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
