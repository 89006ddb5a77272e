import type { Digest } from '../digest.js';
import { type DocumentKind, digestOfVersion, type VersionName } from '../governance/document.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import type { Validity } from './validity.js';

/** What people do with a version. */
export const policyVerbs = ['draft', 'submit', 'publish', 'retire'] as const;

/** One of the verbs. */
export type PolicyVerb = (typeof policyVerbs)[number];

/**
 * The predicate `https://lanekeeper.dev/attestation/policy-act/v1` (`core/schemas/policy-act.schema.json`): what a person
 * does with a version of a policy, a profile, a promotion definition or the policy of policies. Its subject names the
 * version by its digest, which covers the version before it.
 */
export interface PolicyAct extends Validity {
  readonly verb: PolicyVerb;
  /** Who does it. The signing key must be enrolled for exactly this person. */
  readonly principal: string;
  readonly tenant: string;
  readonly document: VersionName & { readonly kind: DocumentKind };
  readonly comment?: string;
  /** The digest of the tests that come with a draft, if any do. The digest of the version does not cover them. */
  readonly tests?: Digest;
  /**
   * Of `retire`: whether it is about a version that was published, so that what withdraws a draft never takes out of force
   * what was published since. Statements from before this was said do without.
   */
  readonly published?: boolean;
  /** Random; it counts once, and only the very same statement may repeat it. */
  readonly nonce: string;
}

/** The statement that a person signs. */
export function policyActStatement(act: PolicyAct): Statement<PolicyAct> {
  const { kind, name } = act.document;
  return statementOf(predicateTypes.policyAct, [subjectOf(`${kind}/${name}`, digestOfVersion(act.document))], act);
}
