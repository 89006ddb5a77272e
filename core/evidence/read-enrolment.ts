import { Ajv2020 } from 'ajv/dist/2020.js';
import { digestOfHex } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { digestOfJson } from '../hash.js';
import enrolmentSchema from '../schemas/enrolment.schema.json' with { type: 'json' };
import type { EnrolmentPredicate, EnrolmentSaid } from './enrolment.js';
import { predicateProblems } from './predicate-problems.js';
import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';
import { problemOfValidity } from './validity.js';

const validate = new Ajv2020({
  ...{ allErrors: true, strict: true, strictRequired: false, strictTypes: false, discriminator: true },
}).compile<EnrolmentPredicate>(enrolmentSchema);

/** Reads what a person says from a statement whose signature was verified. @throws EVIDENCE_INVALID naming each problem */
export function parseEnrolmentStatement({ predicateType, subject, predicate }: Statement): EnrolmentSaid {
  if (predicateType !== predicateTypes.enrolment) throw invalid(`it is of type ${predicateType}`);
  const [about, ...others] = subject;
  if (about === undefined || others.length > 0) throw invalid('its subject is not exactly one enrolment');
  if (!validate(predicate)) throw invalid(predicateProblems(validate.errors));
  const problem = problemOfValidity(predicate);
  if (problem !== undefined) throw invalid(problem);
  const digest = digestOfHex(about.digest.sha256);
  const { verb, change, ...said } = predicate;
  if (verb !== 'request') return { ...said, verb, enrolment: digest };
  if (change === undefined || digestOfJson(change) !== digest)
    throw invalid('its subject is not the change that it asks for');
  return { ...said, verb, change };
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement about an enrolment',
    why,
    next: 'sign it with lane principal, lane keys, lane token or lane enrolment',
  });
}
