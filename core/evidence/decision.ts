import type { DecisionVerb } from '../decision/verbs.js';
import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';
import type { Schedule } from '../promotion/schedule.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';

/**
 * The predicate `https://lanekeeper.dev/attestation/decision/v1` (`core/schemas/decision.schema.json`): what a person
 * decided.
 */
export interface DecisionPredicate extends Schedule {
  readonly verb: DecisionVerb;
  /** Who decides. The signing key must be enrolled for exactly this person. */
  readonly principal: string;
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  /** The promotion that the decision is about; absent in a request or rollback that starts one. */
  readonly promotion?: { readonly id: string; readonly workflowId: string };
  /** The resolved gates that the person was shown. */
  readonly policySnapshot?: Digest;
  /** The facts that the person was shown. */
  readonly facts?: Digest;
  /** Of a request: the plan that has to hold still, by its digest; it is refused where anything has changed since. */
  readonly plan?: Digest;
  readonly comment?: string;
  /** Random; it counts once, and only the very same statement may repeat it. */
  readonly nonce: string;
  /** RFC 3339 in UTC, as claimed by the person; what counts is when we registered it. */
  readonly issuedAt: string;
  /** RFC 3339 in UTC. */
  readonly expiresAt: string;
}

/** A decision with what it is about. */
export interface Decision extends DecisionPredicate {
  readonly bundle: Digest;
}

/** The statement that a person signs. */
export function decisionStatement(decision: Decision): Statement<DecisionPredicate> {
  const { bundle, ...predicate } = decision;
  return statementOf(predicateTypes.decision, [subjectOf(decision.product, bundle)], predicate);
}
