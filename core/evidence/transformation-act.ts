import type { Digest } from '../digest.js';
import { digestOfJson } from '../hash.js';
import type { SaidOfObject } from '../signed-object/believe.js';
import type { TransformationSpec } from '../transformation/model.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import type { Validity } from './validity.js';

interface Said extends Validity {
  /** Who does it. The signing key must be enrolled for exactly this person. */
  readonly principal: string;
  readonly tenant: string;
  /** The name of the transformation. */
  readonly name: string;
  /** The revision that it replaces; 0 for the first. */
  readonly revision: number;
  /** Random; it counts once, and only the very same statement may repeat it. */
  readonly nonce: string;
}

/** What a person does with a transformation: put all of its content, or retire it. */
export type TransformationAct =
  | (Said & { readonly verb: 'put'; readonly spec: TransformationSpec; readonly reason?: string })
  | (Said & { readonly verb: 'retire'; readonly reason: string });

/** The statement that a person signs. */
export function transformationStatement(act: TransformationAct): Statement<TransformationAct> {
  return statementOf(predicateTypes.transformation, [subjectOf(`transformation/${act.name}`, digestOfAct(act))], act);
}

/** The digest that names what an act does. */
export function digestOfAct(act: TransformationAct): Digest {
  const { verb, name, revision } = act;
  return digestOfJson({ verb, name, revision, ...(act.verb === 'put' && { spec: act.spec }) });
}

/** What is remembered of an act. */
export function rememberedOfTransformation(act: TransformationAct): SaidOfObject {
  const { verb, principal, tenant, name, revision, expiresAt } = act;
  return {
    ...{ verb, principal, tenant, name, revision, expiresAt },
    content: act.verb === 'put' ? digestOfJson(act.spec) : undefined,
    products: act.verb === 'put' ? act.spec.products : [],
  };
}
