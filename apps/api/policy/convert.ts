import { create } from '@bufbuild/protobuf';
import type { Gate, PolicySnapshot, ValueSource } from '../../../core/policy/model.js';
import type { Notice } from '../../../core/policy/notice.js';
import { wordsOfDemands } from '../../../core/policy/words.js';
import { stepsToTake } from '../../../core/promotion/lane-steps.js';
import {
  type CheckRun,
  CheckRunSchema,
  type Notice as WireNotice,
  NoticeSchema,
  Verdict,
  WaitsFor,
} from '#gen/governance/v1/check_run_pb.js';
import {
  EvidenceScope,
  GateType,
  type GovernancePolicy,
  GovernancePolicySchema,
  type LaneStep,
  LaneStepSchema,
  type RequiredCheck,
  RequiredCheckSchema,
  Severity,
  type ValueSource as WireValueSource,
  ValueSourceSchema,
} from '#gen/governance/v1/policy_pb.js';
import type { RoundResults } from '../../../store/policy/read.js';
import { bounded, instant, toLane, toPromotionKind } from '../convert.js';

/** The verdicts of a round for the wire; those of a plan belong to no promotion yet. */
export function toCheckRuns(
  { number, evaluatedAt, gates }: Pick<RoundResults, 'number' | 'evaluatedAt' | 'gates'>,
  promotionId = '-',
): CheckRun[] {
  return gates.map((gate) =>
    create(CheckRunSchema, {
      promotionId,
      round: number,
      gateId: gate.gate,
      verdict: Verdict[gate.verdict],
      rawVerdict: Verdict[gate.rawVerdict ?? 'UNSPECIFIED'],
      severity: Severity[gate.severity],
      explanation: bounded(gate.explanation, 4000),
      nextStep: bounded(gate.next, 2000),
      waitsFor: waitsFor[gate.waitsFor ?? 'nothing'],
      clauses: gate.clauses.map(({ term, verdict, explanation, reads = [] }) => ({
        term,
        verdict: Verdict[verdict],
        explanation: bounded(explanation, 4000),
        reads: reads.map(({ path, value }) => ({
          path: bounded(path, 4000),
          value: bounded(JSON.stringify(value), 4000),
        })),
      })),
      reliedOn: gate.reliedOn.map(({ kind, id }) => ({ kind, id })),
      ...instant('evaluatedAt', evaluatedAt),
      ...instant('recheckAt', gate.recheckAt === undefined ? undefined : new Date(gate.recheckAt)),
    }),
  );
}

const waitsFor = {
  nothing: WaitsFor.UNSPECIFIED,
  people: WaitsFor.PEOPLE,
  evidence: WaitsFor.EVIDENCE,
  identities: WaitsFor.IDENTITIES,
  policy: WaitsFor.POLICY,
  time: WaitsFor.TIME,
  predecessors: WaitsFor.PREDECESSORS,
} as const;

/** Notices for the wire. */
export function toNotices(notices: readonly Notice[]): WireNotice[] {
  return notices.map(({ notice, holds, explanation, next }) =>
    create(NoticeSchema, { id: notice, holds, explanation: bounded(explanation, 4000), nextStep: bounded(next, 2000) }),
  );
}

/** A policy snapshot for the wire. */
export function toPolicyMessage(digest: string, snapshot: PolicySnapshot): GovernancePolicy {
  return create(GovernancePolicySchema, {
    digest,
    name: snapshot.policy,
    profile: snapshot.profile ?? '',
    product: snapshot.product,
    lane: toLane(snapshot.lane),
    kind: toPromotionKind(snapshot.kind),
    checks: snapshot.gates.map(toRequiredCheck),
    steps: toLaneSteps(snapshot),
  });
}

/** The steps by which a lane is taken, for the wire. */
export function toLaneSteps(snapshot: PolicySnapshot): LaneStep[] {
  return stepsToTake(snapshot, snapshot.kind).map(({ step, withinSeconds = 0 }) =>
    create(LaneStepSchema, { name: step, withinSeconds }),
  );
}

/** Where the values of a snapshot come from, for the wire. */
export function toValueSources(sources: readonly ValueSource[]): WireValueSource[] {
  return sources.map(({ gate, field, value, file = '', line = 0, override = '' }) =>
    create(ValueSourceSchema, { gateId: gate, field, value: bounded(value, 16_000), file, line, override }),
  );
}

const scopes = {
  bundle: EvidenceScope.BUNDLE,
  image: EvidenceScope.IMAGE,
  sdk: EvidenceScope.SDK,
  chart: EvidenceScope.CHART,
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
    demands: wordsOfDemands(gate).map(({ term, words }) => ({ term, words: bounded(words, 4000) })),
    ...instant('enforceFrom', gate.enforceFrom === undefined ? undefined : new Date(gate.enforceFrom)),
    ...(evidence !== undefined &&
      'kind' in evidence && {
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
