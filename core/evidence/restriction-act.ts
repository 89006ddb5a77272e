import type { Digest } from '../digest.js';
import { digestOfJson } from '../hash.js';
import { keyText, type Restriction, type RestrictionKey, scopeOf } from '../restriction/model.js';
import type { SaidOfObject } from '../signed-object/believe.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import type { Validity } from './validity.js';

interface Said extends Validity {
  /** Who does it. The signing key must be enrolled for exactly this person. */
  readonly principal: string;
  readonly tenant: string;
  /** The revision that it replaces; 0 for the first. */
  readonly revision: number;
  /** Random; it counts once, and only the very same statement may repeat it. */
  readonly nonce: string;
}

/** What a person does with a restriction: put all of its content, or end it. */
export type RestrictionAct =
  | (Said & { readonly verb: 'put'; readonly reason?: string } & Restriction)
  | (Said & { readonly verb: 'retire'; readonly reason: string } & RestrictionKey);

/** The statement that a person signs. */
export function restrictionStatement(act: RestrictionAct): Statement<RestrictionAct> {
  return statementOf(predicateTypes.restriction, [subjectOf(keyText(act), digestOfRestrictionAct(act))], act);
}

/** The digest that names what an act does. */
export function digestOfRestrictionAct(act: RestrictionAct): Digest {
  const { verb, kind, name, revision } = act;
  return digestOfJson({ verb, kind, name, revision, ...(act.verb === 'put' && { spec: act.spec }) });
}

/** What is remembered of an act. */
export function rememberedOfRestriction(act: RestrictionAct): SaidOfObject {
  const { verb, principal, tenant, revision, expiresAt } = act;
  return {
    ...{ verb, principal, tenant, name: keyText(act), revision, expiresAt },
    content: act.verb === 'put' ? digestOfJson(act.spec) : undefined,
    products: act.verb === 'put' ? scopeOf(act).products : [],
    ...(act.verb === 'put' && { lanes: scopeOf(act).lanes }),
  };
}
