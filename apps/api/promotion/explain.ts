import { create } from '@bufbuild/protobuf';
import type { LaneStatus } from '../../../core/restriction/closed.js';
import { stepsToOpen } from '../../../core/restriction/steps-to-open.js';
import { waitInWords } from '../../../core/restriction/wait-words.js';
import { shortId } from '../../../core/ids.js';
import type { PolicySnapshot } from '../../../core/policy/model.js';
import { isBlocking } from '../../../core/policy/verdict.js';
import { type Words, wordsFrom } from '../../../core/policy/words-of-profile.js';
import { nextCommands } from '../../../core/promotion/next-commands.js';
import { isGating, specialKind } from '../../../core/promotion/state.js';
import { type ExplainPromotionResponse, ExplainPromotionResponseSchema } from '#gen/governance/v1/gate_service_pb.js';
import type { ProfileWords } from '#gen/governance/v1/profile_words_pb.js';
import type { StoredDecision } from '../../../store/decision/read.js';
import type { RoundResults } from '../../../store/policy/read.js';
import type { LaneView } from '../../../store/lane/read.js';
import type { ListedPromotion } from '../../../store/promotion/read.js';
import { toDecisionMessage } from '../decision/convert.js';
import { toCheckRuns, toLaneSteps, toNotices } from '../policy/convert.js';
import { bounded, toErrorDetail } from '../convert.js';

/** What is known of a promotion besides its record. */
export interface KnownOfPromotion {
  readonly round: RoundResults;
  readonly decisions: readonly StoredDecision[];
  readonly lane: LaneView;
  /** What it is measured against. */
  readonly snapshot: PolicySnapshot;
  /** The profile of its product, if it is known. */
  readonly profile: ProfileWords | undefined;
  /** What closes its lane to it; undefined where it has begun to deploy or has ended. */
  readonly status: LaneStatus | undefined;
}

/** Explains why a promotion is in its current state, and what would move it on. */
export function explainPromotion(
  promotion: ListedPromotion,
  { round, decisions, lane, snapshot, profile, status }: KnownOfPromotion,
): ExplainPromotionResponse {
  const words = wordsFrom(profile?.lexicon ?? []);
  const waits = isGating(promotion.state);
  const blocking = waits ? round.gates.filter(isBlocking) : [];
  const notices = waits ? round.notices : [];
  const error = toErrorDetail(promotion.error);
  const steps = [
    ...blocking.map((gate) => gate.next ?? ''),
    ...notices.filter(({ holds }) => holds).map(({ next }) => next),
    ...(error === undefined ? [] : [error.next]),
    ...(status === undefined ? [] : stepsToOpen(status)),
    ...nextCommands(promotion, lane.holder ?? undefined),
  ];
  // Nobody waits without being told for what: what only has to be waited for can be watched.
  if (promotion.state === 'QUEUED' && !steps.some((step) => step !== ''))
    steps.push(`lane watch ${shortId(promotion.id)}`);
  return create(ExplainPromotionResponseSchema, {
    promotionId: promotion.id,
    summary: bounded(`${summaryOf(promotion, lane, words)}${closedInWords(status)}`, 4000),
    blocking: toCheckRuns({ ...round, gates: blocking }, promotion.id),
    notices: toNotices(notices),
    refused: decisions.filter((decision) => !decision.accepted).map(toDecisionMessage),
    ...(error !== undefined && { error }),
    definition: promotion.definition ?? '',
    steps: toLaneSteps(snapshot),
    ...(profile !== undefined && { profile }),
    nextSteps: [...new Set(steps.filter((step) => step !== ''))].slice(0, 50),
  });
}

function closedInWords(status: LaneStatus | undefined): string {
  return status === undefined || status.closures.length === 0 ? '' : `; the lane is closed: ${waitInWords(status)}`;
}

function summaryOf(promotion: ListedPromotion, lane: LaneView, words: Words): string {
  const what =
    promotion.kind === 'ROLLBACK'
      ? `rollback of ${promotion.lane} of ${promotion.product} to ${shortId(promotion.bundle)}`
      : `${specialKind(promotion.kind) || words.one('promotion')} of ${shortId(promotion.bundle)} into ${promotion.lane} of ${promotion.product}`;
  const heldBy =
    lane.holder !== null && lane.holder !== promotion.id
      ? `; the lane is held by ${words.one('promotion')} ${shortId(lane.holder)}`
      : '';
  switch (promotion.state) {
    case 'GATING':
      return `${what} is waiting for ${words.many('gate')}`;
    case 'AWAITING_APPROVAL':
      return `${what} is waiting for approvals`;
    case 'QUEUED':
      return `${what} is waiting for the lane${heldBy}`;
    case 'LIVE':
      return promotion.standing === 'AT_RISK'
        ? `${what} is live and AT_RISK: ${promotion.reason ?? ''}`
        : `${what} is live`;
    default:
      return `${what} is ${promotion.state}${promotion.reason === null ? '' : `: ${promotion.reason}`}`;
  }
}
