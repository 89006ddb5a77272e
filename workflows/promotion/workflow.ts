import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Answer, PromotionControlActivities } from '../../activities/promotion/types.js';
import { workflowIds } from '../../core/ids.js';
import { databaseStep, handOverStep, longDatabaseStep, moveStep, statementStep } from '../activity-options.js';
import { describedActivities, describedLocalActivities } from '../described-activities.js';
import {
  abortUpdate,
  changedSignal,
  type DecisionMessage,
  decideUpdate,
  decisionSignal,
  gatesQuery,
  openedUpdate,
  promotionWorkflowType,
  type PromotionInput,
  type PromotionResult,
  retryUpdate,
  statusQuery,
  timelineQuery,
} from './contract.js';
import { promotionMessages } from '../message-descriptions.js';
import { versioned } from '../versioning.js';
import { Opening } from '../opening.js';
import { timerSummaries } from '../summaries.js';
import { Inbox } from './inbox.js';
import { isStatement, parsePromotionInput } from './input.js';
import { revisionOfRun } from './revision.js';
import { type Advance, PromotionRun } from './run.js';
import { takes } from './validate-update.js';
import { statusOf } from './views.js';

const local = describedLocalActivities(moveStep);
const sent = describedLocalActivities(statementStep);
/** Tried until it succeeds: each time, more has been verified. */
const patient = describedLocalActivities(databaseStep);
const long = describedActivities(longDatabaseStep);
const { handOver } = describedActivities(handOverStep);

/** How often a statement is tried over which our own code stumbles. */
const maxAttemptsOfStatement = 5;

// It can run for months, and goes on with new code at its next task.
setWorkflowOptions(versioned('AUTO_UPGRADE'), promotion);

/**
 * One attempt to bring a bundle into a lane. Handlers only fill the inbox; one loop asks PostgreSQL where the promotion
 * stands and starts what is owed. It keeps running while its bundle is live, and ends when another one is. A run that
 * continues as new, was retried, reset or started by a schedule knows its identity and asks again.
 */
export async function promotion(rawInput: unknown): Promise<PromotionResult> {
  const opening = new Opening<PromotionResult>();
  setHandler(openedUpdate, () => opening.answer(), promotionMessages.opened);
  return opening.during(() => runPromotion(rawInput, opening));
}

async function runPromotion(rawInput: unknown, opening: Opening<PromotionResult>): Promise<PromotionResult> {
  const input = parsePromotionInput(rawInput);
  const revision = revisionOfRun();
  const inbox = new Inbox(revision);
  receive(inbox);
  const info = workflowInfo();
  const canonicalId = workflowIds.promotion(input.tenant, input.product, input.lane, input.bundle, input.kind);
  if (info.workflowId !== canonicalId) {
    const handedOver = await handOverTo(canonicalId, input);
    await opening.conclude(handedOver);
    return handedOver;
  }

  // A cancellation is a message without a signature, and ends nothing: ending a promotion is `abort`, which a person
  // signs. What was begun is carried through.
  return CancellationScope.nonCancellable(async () => {
    const run = new PromotionRun(input, await open(input), { inbox, revision, advance: advance(input.tenant) });
    opening.opened(() => resultOf(run.answer));
    setHandler(statusQuery, () => statusOf(run, inbox.ignored), promotionMessages.status);
    setHandler(gatesQuery, () => run.gates, promotionMessages.gates);
    setHandler(timelineQuery, () => run.timeline, promotionMessages.timeline);
    while (!run.isDone) {
      await run.next();
      if ((workflowInfo().continueAsNewSuggested || inbox.isUsedUp) && run.mayContinueAsNew()) {
        await condition(allHandlersFinished);
        await run.untilAnswersAreSent();
        if (run.mayContinueAsNew() && allHandlersFinished())
          await continueAsNew<typeof promotion>({ ...withoutRequest(input), promotion: run.answer.promotionId });
      }
    }
    const result = resultOf(run.answer);
    const { state, reason } = result;
    const text = `the promotion has ended as ${state}`;
    inbox.refuseRemaining({ accepted: false, code: 'WRONG_STATE', text, state, reason });
    await condition(allHandlersFinished);
    return result;
  });
}

/**
 * Handlers take whatever arrives, and never throw: what is not expected is counted and changes nothing. Signals of other
 * names are never read. There is no default handler, because the SDK fails the workflow task for reserved names then.
 */
function receive(inbox: Inbox): void {
  const decide = ({ statement }: DecisionMessage) => inbox.ask(statement);
  setHandler(decideUpdate, decide, { ...promotionMessages.decide, validator: takes() });
  setHandler(abortUpdate, decide, { ...promotionMessages.abort, validator: takes('abort') });
  setHandler(retryUpdate, decide, { ...promotionMessages.retry, validator: takes('retry') });
  const decision = (statement: unknown) => {
    if (isStatement(statement)) inbox.put(statement);
    else inbox.ignore(decisionSignal.name);
  };
  setHandler(decisionSignal, decision, promotionMessages.decision);
  const changed = (...data: unknown[]) => {
    if (data.length > 0) inbox.ignore(changedSignal.name);
    inbox.hint();
  };
  setHandler(changedSignal, changed, promotionMessages.changed);
}

/**
 * A local activity, after a normal one when there is too much to verify for that. What the normal one returns is not used:
 * anybody who may call Temporal can complete one, but what it has verified the local one need not verify again.
 */
async function withinReach(
  call: (activities: PromotionControlActivities) => Promise<Answer>,
  quick: PromotionControlActivities = local,
): Promise<Answer> {
  try {
    return await call(quick);
  } catch (error) {
    if (codeOf(error) !== 'TIMED_OUT') throw error;
  }
  await call(long);
  return call(patient);
}

function codeOf(error: unknown): string | undefined {
  // The failure of a local activity comes as it is; that of a normal one is wrapped.
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** Calls again when our own code has failed, a few times: what somebody has sent must not be able to stop the run. */
async function aFewTimes(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; attempt < maxAttemptsOfStatement; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (codeOf(error) !== 'INTERNAL') throw error;
      await sleep(500 * attempt, { summary: timerSummaries.statementAgain });
    }
  }
  return call();
}

function advance(tenant: string): Advance {
  return (promotionId, stimulus, seen) => {
    const call = (activities: PromotionControlActivities) =>
      activities.advance({ tenant, promotionId, stimulus, seen });
    return stimulus.type === 'statement' ? aFewTimes(() => withinReach(call, sent)) : withinReach(call);
  };
}

async function open(input: PromotionInput): Promise<Answer> {
  const { kind = 'PROMOTION', ...rest } = input;
  const { firstExecutionRunId: firstRunId } = workflowInfo();
  try {
    return await withinReach((activities) => activities.openPromotion({ ...rest, kind, firstRunId }));
  } catch (error) {
    // The starter should see the reason itself, not that some activity failed.
    throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error;
  }
}

async function handOverTo(workflowId: string, input: PromotionInput): Promise<PromotionResult> {
  const { runId, joined } = await handOver({ type: promotionWorkflowType, input });
  if (runId === workflowInfo().runId)
    throw ApplicationFailure.nonRetryable('a run cannot hand over to itself', 'INTERNAL');
  const reason = `${joined ? 'joined' : 'started'} ${workflowId}, the canonical run of this promotion`;
  return { promotionId: runId, state: 'REQUESTED', reason, handedOverTo: { workflowId, runId, joined } };
}

function resultOf({ promotionId, phase: state, reason }: Answer): PromotionResult {
  return { promotionId, state, reason };
}

function withoutRequest(input: PromotionInput): PromotionInput {
  const { request: _verified, ...rest } = input;
  return rest;
}
