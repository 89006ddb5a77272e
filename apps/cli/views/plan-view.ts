import { type Timestamp, timestampDate, timestampMs } from '@bufbuild/protobuf/wkt';
import { type PlanInQueue, type PlanStep, PlanStepKind } from '#gen/release/v1/plan_pb.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import type { PlanResponse } from '#gen/release/v1/promotion_service_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { shortId } from '../../../core/ids.js';
import type { Context } from '../program/context.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { momentOf } from '../output/words.js';

/** As RFC 3339 writes dates and times, with the name of the zone. */
const byLocalClock: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeZoneName: 'short',
};

/** When a promotion could begin, in one line: in UTC, by the clock of whoever reads, and from now. */
export function earliestWords({ earliest, whyUnknown, notBefore, plannedAt }: PlanResponse, context: Context): string {
  const isAtOnce = (at: Timestamp) => plannedAt !== undefined && timestampMs(at) <= timestampMs(plannedAt);
  if (earliest !== undefined) return isAtOnce(earliest) ? 'at once' : instantWords(earliest, context);
  const bound =
    notBefore === undefined || isAtOnce(notBefore) ? '' : `\nnot before ${instantWords(notBefore, context)}`;
  return `${whyUnknown}${bound}`;
}

function instantWords(timestamp: Timestamp, context: Context): string {
  const instant = timestampDate(timestamp);
  const local = instant.toLocaleString('sv-SE', byLocalClock);
  return `${momentOf(timestamp)} (${local}, ${relativeTime(instant.toISOString(), context.now())})`;
}

/** What happens when, and what has to be done by whom. */
export function timelineTable(steps: readonly PlanStep[], context: Context): string {
  const { dim, yellow } = context.terminal.colours;
  return renderTable(
    ['WHEN', 'WHAT', 'WHO'].map((title) => dim(title)),
    steps.map((step) => {
      const at = momentOf(step.at);
      return [
        at === '' ? yellow('needed') : `${at}${step.kind === PlanStepKind.NEEDED ? ', needed' : ''}`,
        `${whatOf(step)}${step.nextStep === '' ? '' : `: ${step.nextStep}`}`,
        whoOf(step),
      ];
    }),
  );
}

function whatOf({ kind, about, words }: PlanStep): string {
  switch (kind) {
    case PlanStepKind.PASSES:
      return `${about} passes: ${words}`;
    case PlanStepKind.EXPIRES:
      return `${about} is open from then on: ${words}`;
    case PlanStepKind.NEEDED:
      return about === '' ? words : `${about}: ${words}`;
    default:
      return words;
  }
}

function whoOf({ people, nobody, morePeople }: PlanStep): string {
  if (nobody) return 'nobody can';
  const names = people.map(({ name, roles }) => `${name} (${roles.join(', ')})`).join(', ');
  return morePeople === 0 ? names : `${names} and ${String(morePeople)} more`;
}

/** What else has the lane or waits for it. */
export function queueTable(queue: readonly PlanInQueue[], context: Context): string {
  const { dim } = context.terminal.colours;
  return renderTable(
    ['QUEUE', 'BUNDLE', 'KIND', 'STATE', 'PRIORITY', 'BY', 'COMES'].map((title) => dim(title)),
    queue.map(({ promotionId, bundleDigest, kind, state, priority, requester, holds, ahead }) => [
      ...[shortId(promotionId), shortId(bundleDigest), PromotionKind[kind].toLowerCase(), PromotionPhase[state]],
      ...[priority, requester, holds ? 'has the lane' : ahead ? 'before' : 'after'],
    ]),
  );
}
