import { create } from '@bufbuild/protobuf';
import type { GateResult } from '../../../core/policy/facts.js';
import type { Gate, PolicySnapshot } from '../../../core/policy/model.js';
import { type CheckRun, CheckRunSchema, Verdict } from '#gen/governance/v1/check_run_pb.js';
import {
  EvidenceScope,
  GateType,
  type GovernancePolicy,
  GovernancePolicySchema,
  type RequiredCheck,
  RequiredCheckSchema,
  Severity,
} from '#gen/governance/v1/policy_pb.js';
import type { StoredCheckRun } from '../../../store/policy/list.js';
import { bounded, instant, toLane, toPromotionKind } from '../convert.js';

/** The verdict of a gate for the wire. */
export function toCheckRun(run: StoredCheckRun): CheckRun {
  return create(CheckRunSchema, {
    promotionId: run.promotionId,
    round: run.round,
    gateId: run.gateId,
    verdict: Verdict[run.verdict],
    severity: Severity[run.severity],
    explanation: bounded(run.explanation, 4000),
    nextStep: bounded(run.nextStep, 2000),
    reliedOn: [...run.reliedOn],
    ...instant('evaluatedAt', run.evaluatedAt),
    ...instant('recheckAt', run.recheckAt),
  });
}

/** The verdict that a gate would give, for the wire; it belongs to no promotion yet. */
export function toPlannedCheckRun(result: GateResult, at: Date): CheckRun {
  return toCheckRun({
    promotionId: '-',
    round: 0,
    gateId: result.gate,
    verdict: result.verdict,
    severity: result.severity,
    explanation: result.explanation,
    nextStep: result.next ?? null,
    reliedOn: result.reliedOn,
    evaluatedAt: at,
    recheckAt: result.recheckAt === undefined ? null : new Date(result.recheckAt),
  });
}

/** A policy snapshot for the wire. */
export function toPolicyMessage(digest: string, snapshot: PolicySnapshot): GovernancePolicy {
  return create(GovernancePolicySchema, {
    digest,
    name: snapshot.policy,
    product: snapshot.product,
    lane: toLane(snapshot.lane),
    kind: toPromotionKind(snapshot.kind),
    checks: snapshot.gates.map(toRequiredCheck),
  });
}

const scopes = {
  bundle: EvidenceScope.BUNDLE,
  image: EvidenceScope.IMAGE,
  sdk: EvidenceScope.SDK,
  artifact: EvidenceScope.ARTIFACT,
} as const;

function toRequiredCheck(gate: Gate): RequiredCheck {
  const { evidence, approvals } = gate;
  return create(RequiredCheckSchema, {
    id: gate.id,
    type: GateType[gate.type],
    severity: Severity[gate.severity],
    rule: gate.rule ?? '',
    message: gate.message,
    ...(evidence !== undefined && {
      evidence: {
        kind: evidence.kind,
        per: scopes[evidence.per],
        minimumCount: evidence.min,
        ...(evidence.maxAgeSeconds !== undefined && { maximumAgeSeconds: BigInt(evidence.maxAgeSeconds) }),
        trustedPurposes: [...(evidence.signers.purposes ?? [])],
        trustedRoles: [...(evidence.signers.roles ?? [])],
      },
    }),
    ...(approvals !== undefined && {
      approvals: {
        count: approvals.count,
        roles: [...approvals.roles],
        distinctRoles: approvals.distinctRoles,
        separatedFrom: [...approvals.separation],
      },
    }),
  });
}
