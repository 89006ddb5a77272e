import { create } from '@bufbuild/protobuf';
import { promotionOfCase } from '../../../core/decision/case.js';
import { type Decision, DecisionSchema, DecisionVerb, FrontDoor } from '#gen/governance/v1/decision_pb.js';
import type { StoredDecision } from '../../../store/decision/read.js';
import { bounded, instant } from '../convert.js';

const verbs: Readonly<Record<StoredDecision['verb'], DecisionVerb>> = {
  request: DecisionVerb.REQUEST,
  approve: DecisionVerb.APPROVE,
  reject: DecisionVerb.REJECT,
  'request-changes': DecisionVerb.REQUEST_CHANGES,
  rollback: DecisionVerb.ROLLBACK,
  hotfix: DecisionVerb.HOTFIX,
  abort: DecisionVerb.ABORT,
  retry: DecisionVerb.RETRY,
  unknown: DecisionVerb.UNKNOWN,
};

/** A verb for the wire. */
export function toVerb(verb: StoredDecision['verb']): DecisionVerb {
  return verbs[verb];
}

/** A decision for the wire. */
export function toDecisionMessage(decision: StoredDecision): Decision {
  return create(DecisionSchema, {
    id: decision.id,
    promotionId: promotionOfCase(decision.case) ?? '',
    caseKind: decision.case.kind,
    caseId: decision.case.id,
    verb: toVerb(decision.verb),
    principal: decision.principal ?? '',
    accepted: decision.accepted,
    refusalCode: decision.refusalCode ?? '',
    refusalReason: bounded(decision.refusalReason, 4000),
    attestationId: decision.attestationId ?? '',
    statementDigest: decision.statementDigest,
    policyDigest: decision.policyDigest ?? '',
    factsDigest: decision.factsDigest ?? '',
    comment: bounded(decision.comment, 2000),
    frontDoor: FrontDoor[decision.frontDoor],
    ...instant('registeredAt', decision.registeredAt),
  });
}
