import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Digest, digestOfHex } from '../digest.js';
import type { EnrolmentChange } from '../enrolment/change.js';
import { LanekeeperError } from '../errors.js';
import { digestOfJson } from '../hash.js';
import enrolmentSchema from '../schemas/enrolment.schema.json' with { type: 'json' };
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import { problemOfValidity, type Validity } from './validity.js';

interface Said extends Validity {
  /** Who says so. The signing key must be enrolled for exactly this person. */
  readonly principal: string;
  readonly tenant: string;
  readonly comment?: string;
  /** Random; it counts once, and only the very same statement may repeat it. */
  readonly nonce: string;
}

/** What a person says about who is who: that something shall change, or that they agree, or do not. */
export type EnrolmentSaid =
  | (Said & { readonly verb: 'request'; readonly change: EnrolmentChange })
  | (Said & {
      readonly verb: 'approve' | 'reject';
      /** The digest of the request's statement, which names the enrolment. */
      readonly enrolment: Digest;
    });

type Predicate = Said & { readonly verb: EnrolmentSaid['verb']; readonly change?: EnrolmentChange };

const validate = new Ajv2020({
  ...{ allErrors: true, strict: true, strictRequired: false, strictTypes: false, discriminator: true },
}).compile<Predicate>(enrolmentSchema);

/** The statement that a person signs. */
export function enrolmentStatement(said: EnrolmentSaid): Statement {
  if (said.verb === 'request')
    return statementOf(predicateTypes.enrolment, [subjectOf('enrolment', digestOfJson(said.change))], said);
  const { enrolment, ...predicate } = said;
  return statementOf(predicateTypes.enrolment, [subjectOf('enrolment', enrolment)], predicate);
}

/** Reads what a person says from a statement whose signature was verified. @throws EVIDENCE_INVALID naming each problem */
export function parseEnrolmentStatement({ predicateType, subject, predicate }: Statement): EnrolmentSaid {
  if (predicateType !== predicateTypes.enrolment) throw invalid(`it is of type ${predicateType}`);
  const [about, ...others] = subject;
  if (about === undefined || others.length > 0) throw invalid('its subject is not exactly one enrolment');
  if (!validate(predicate))
    throw invalid(
      (validate.errors ?? [])
        .slice(0, 10)
        .map((error) => `${error.instancePath || 'the predicate'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
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
    next: 'sign it with lane principal, lane keys, lane token or lane enrolment; the format is core/schemas/enrolment.schema.json',
  });
}
