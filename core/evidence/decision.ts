import { Ajv2020 } from 'ajv/dist/2020.js';
import decisionSchema from '../schemas/decision.schema.json' with { type: 'json' };
import type { DecisionVerb } from '../decision/verbs.js';
import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import { readBundlePredicate } from './bundle-predicate.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import { problemOfValidity } from './validity.js';

/**
 * The predicate `https://lanekeeper.dev/attestation/decision/v1` (`core/schemas/decision.schema.json`): what a person
 * decided.
 */
export interface DecisionPredicate {
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

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile<DecisionPredicate>(
  decisionSchema,
);

/** The statement that a person signs. */
export function decisionStatement(decision: Decision): Statement<DecisionPredicate> {
  const { bundle, ...predicate } = decision;
  return statementOf(predicateTypes.decision, [subjectOf(decision.product, bundle)], predicate);
}

/**
 * Reads a decision from a statement whose signature was verified. Whether it counts (person, permission, time,
 * promotion, nonce) is decided elsewhere.
 * @throws EVIDENCE_INVALID naming every problem
 */
export function parseDecisionStatement(statement: Statement): Decision {
  const decision = readBundlePredicate(statement, { type: predicateTypes.decision, validate, invalid });
  const problem = problemOfValidity(decision);
  if (problem !== undefined) throw invalid(problem);
  return { ...decision, ...named(decision.promotion) };
}

/** A record from before records had an id of their own has that of its first run, by which statements named it. */
function named(
  promotion: { readonly id?: string; readonly workflowId: string; readonly firstRunId?: string } | undefined,
): Pick<Decision, 'promotion'> {
  const id = promotion?.id ?? promotion?.firstRunId;
  return promotion === undefined || id === undefined ? {} : { promotion: { id, workflowId: promotion.workflowId } };
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a decision',
    why,
    next: 'sign it with lane approve, lane reject or lane promote; the format is core/schemas/decision.schema.json',
  });
}
