import { create } from '@bufbuild/protobuf';
import type { GateChange, GateView } from '../../../core/policy/counterfactual.js';
import type { JudgedDecision, ReplayTotals } from '../../../core/policy/judge-page.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import {
  type GateChange as WireGateChange,
  type GateView as WireGateView,
  ReplayEffect,
  type ReplayedDecision,
  ReplayedDecisionSchema,
  ReplayOutcome,
  type ReplayTotals as WireReplayTotals,
  ReplayTotalsSchema,
} from '#gen/governance/v1/replay_pb.js';
import { bounded, instant, toLane, toPromotionKind } from '../convert.js';

/** A decision that changes or differs, for the wire. */
export function toReplayedDecision({ about, before, proposed, differences }: JudgedDecision): ReplayedDecision {
  return create(ReplayedDecisionSchema, {
    ...{ promotionId: about.promotionId, round: about.round, product: about.product },
    ...{ lane: toLane(about.lane), kind: toPromotionKind(about.kind) },
    ...{ bundleDigest: about.bundle, policyDigest: about.policyDigest },
    effect: ReplayEffect[proposed?.effect ?? 'UNSPECIFIED'],
    before: ReplayOutcome[before],
    after: ReplayOutcome[proposed?.after ?? 'UNSPECIFIED'],
    refused: bounded(proposed?.refused, 1000),
    gates: (proposed?.gates ?? []).slice(0, 400).map(toGateChange),
    differences: differences.slice(0, 500).map(({ part, recorded, replayed }) => ({
      ...{ part: bounded(part, 100), recorded: bounded(recorded, 4000), replayed: bounded(replayed, 4000) },
    })),
    ...instant('evaluatedAt', new Date(about.evaluatedAt)),
  });
}

/** How many decisions were replayed, for the wire. */
export function toReplayTotals(totals: ReplayTotals): WireReplayTotals {
  return create(ReplayTotalsSchema, totals);
}

function toGateChange({ gate, before, after, missing }: GateChange): Omit<WireGateChange, '$typeName' | '$unknown'> {
  return {
    gateId: gate,
    ...(before !== undefined && { before: toGateView(before) }),
    ...(after !== undefined && { after: toGateView(after) }),
    missing: missing.slice(0, 50).map((one) => bounded(one, 300)),
  };
}

function toGateView({ verdict, severity, explanation }: GateView): WireGateView {
  return {
    $typeName: 'governance.v1.GateView',
    verdict: verdict === 'UNKNOWN' ? Verdict.UNSPECIFIED : Verdict[verdict],
    severity: Severity[severity],
    explanation: bounded(explanation, 1000),
  };
}
