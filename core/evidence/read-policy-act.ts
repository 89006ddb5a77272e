import { Ajv2020 } from 'ajv/dist/2020.js';
import { LanekeeperError } from '../errors.js';
import { digestOfVersion } from '../governance/document.js';
import policyActSchema from '../schemas/policy-act.schema.json' with { type: 'json' };
import type { PolicyAct } from './policy-act.js';
import { predicateProblems } from './predicate-problems.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, subjectDigestsOf } from './statement.js';
import { problemOfValidity } from './validity.js';

const validate = new Ajv2020({ allErrors: true, strict: true }).compile<PolicyAct>(policyActSchema);

/** Reads what a person does with a version from a statement whose signature was verified. @throws EVIDENCE_INVALID */
export function parsePolicyAct(statement: Statement): PolicyAct {
  const { predicateType, predicate } = statement;
  if (predicateType !== predicateTypes.policyAct) throw invalid(`it is of type ${predicateType}`);
  if (!validate(predicate)) throw invalid(predicateProblems(validate.errors));
  const problem = problemOfValidity(predicate);
  if (problem !== undefined) throw invalid(problem);
  if (predicate.tests !== undefined && predicate.verb !== 'draft') throw invalid('only a draft comes with tests');
  if (predicate.published !== undefined && predicate.verb !== 'retire')
    throw invalid('only a retirement says whether its version was published');
  const [about, ...others] = subjectDigestsOf(statement);
  if (others.length > 0 || about !== digestOfVersion(predicate.document))
    throw invalid('its subject is not the version that it names');
  return predicate;
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement about a version of a policy',
    why,
    next: 'sign it with lane policy',
  });
}
