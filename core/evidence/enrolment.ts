import type { Digest } from '../digest.js';
import type { EnrolmentChange } from '../enrolment/change.js';
import { digestOfJson } from '../hash.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';
import type { Validity } from './validity.js';

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

/** The predicate of such a statement: its subject names the enrolment. */
export type EnrolmentPredicate = Said & { readonly verb: EnrolmentSaid['verb']; readonly change?: EnrolmentChange };

/** The statement that a person signs. */
export function enrolmentStatement(said: EnrolmentSaid): Statement {
  if (said.verb === 'request')
    return statementOf(predicateTypes.enrolment, [subjectOf('enrolment', digestOfJson(said.change))], said);
  const { enrolment, ...predicate } = said;
  return statementOf(predicateTypes.enrolment, [subjectOf('enrolment', enrolment)], predicate);
}
