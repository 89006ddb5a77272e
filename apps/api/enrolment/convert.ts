import { create } from '@bufbuild/protobuf';
import { type Enrolment, EnrolmentSchema, EnrolmentState } from '#gen/governance/v1/enrolment_service_pb.js';
import { wordsOfChange } from '../../../core/enrolment/change.js';
import type { StoredEnrolment, StoredEnrolmentStatement } from '../../../store/enrolment/read.js';
import { instant } from '../convert.js';

const states: Readonly<Record<StoredEnrolment['state'], EnrolmentState>> = {
  PENDING: EnrolmentState.PENDING,
  APPLIED: EnrolmentState.APPLIED,
  REJECTED: EnrolmentState.REJECTED,
};

/** An enrolment with what people have signed about it. */
export function toEnrolment(enrolment: StoredEnrolment, statements: readonly StoredEnrolmentStatement[]): Enrolment {
  const { id, change, needsSecond, requestedBy, state, decidedBy } = enrolment;
  return create(EnrolmentSchema, {
    ...{ id, changeType: change.type, change: wordsOfChange(change), needsSecond, requestedBy },
    ...{ state: states[state], decidedBy: decidedBy ?? '' },
    ...instant('requestedAt', enrolment.requestedAt),
    ...instant('expiresAt', enrolment.expiresAt),
    ...instant('decidedAt', enrolment.decidedAt),
    statements: statements
      .filter((statement) => statement.enrolment === id)
      .map(({ verb, principal, signed }) => ({ verb, principal, signedStatement: new TextEncoder().encode(signed) })),
  });
}
