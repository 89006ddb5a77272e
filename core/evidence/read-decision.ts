import { Ajv2020 } from 'ajv/dist/2020.js';
import decisionSchema from '../schemas/decision.schema.json' with { type: 'json' };
import { LanekeeperError } from '../errors.js';
import { readBundlePredicate } from './bundle-predicate.js';
import type { Decision, DecisionPredicate } from './decision.js';
import { problemOfSchedule } from '../promotion/schedule.js';
import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';
import { problemOfValidity } from './validity.js';

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile<DecisionPredicate>(
  decisionSchema,
);

/**
 * Reads a decision from a statement whose signature was verified. Whether it counts (person, permission, time,
 * promotion, nonce) is decided elsewhere.
 * @throws EVIDENCE_INVALID naming every problem
 */
export function parseDecisionStatement(statement: Statement): Decision {
  const decision = readBundlePredicate(statement, { type: predicateTypes.decision, validate, invalid });
  const problem = problemOfValidity(decision) ?? problemOfSchedule(decision, decision.issuedAt);
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
    next: 'sign it with lane approve, lane reject or lane promote',
  });
}
