import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PromotionControlActivities, PromotionGuardActivities } from '../../activities/promotion/types.js';
import { workflowIds } from '../../core/ids.js';
import { initialReduction } from '../../core/promotion/reducer.js';
import { handOverStep, databaseStep } from '../activity-options.js';
import {
  abortUpdate,
  changedSignal,
  decideUpdate,
  decisionSignal,
  gatesQuery,
  laneGrantedSignal,
  promotionWorkflowType,
  type PromotionInput,
  type PromotionResult,
  retryUpdate,
  statusQuery,
  supersededSignal,
  timelineQuery,
} from './contract.js';
import { Inbox } from './inbox.js';
import { parsePromotionInput, validateDecision } from './input.js';
import { PromotionRun } from './run.js';
import { statusOf } from './views.js';

const control = proxyLocalActivities<PromotionControlActivities>(databaseStep);
const { handOver } = proxyActivities<Pick<PromotionGuardActivities, 'handOver'>>(handOverStep);

/**
 * One attempt to bring a bundle into a lane. Handlers only fill the inbox; one loop feeds the reducer and carries out
 * what it commands. It keeps running while its bundle is live, and ends when another one is.
 */
export async function promotion(rawInput: unknown): Promise<PromotionResult> {
  const input = parsePromotionInput(rawInput);
  const inbox = new Inbox();
  const info = workflowInfo();
  const decide = (expectedVerb?: string) => (message: { readonly statement: unknown }) =>
    inbox.ask({
      type: 'decision',
      statement: message.statement,
      frontDoor: 'UPDATE',
      ...(expectedVerb !== undefined && { expectedVerb }),
    });
  setHandler(decideUpdate, decide(), { validator: validateDecision });
  setHandler(abortUpdate, decide('abort'), { validator: validateDecision });
  setHandler(retryUpdate, decide('retry'), { validator: validateDecision });
  setHandler(decisionSignal, (statement) => inbox.put({ type: 'decision', statement, frontDoor: 'SIGNAL' }));
  setHandler(changedSignal, () => inbox.put({ type: 'changed' }));
  setHandler(laneGrantedSignal, (grant) => inbox.put({ type: 'lane-granted', fencingToken: grant.fencingToken }));
  setHandler(supersededSignal, (by) => inbox.put({ type: 'superseded', ...by }));

  const canonicalId = workflowIds.promotion(input.tenant, input.product, input.lane, input.bundle);
  if (info.workflowId !== canonicalId) return handOverTo(canonicalId, input);

  // A carried state is trusted only in a run that was continued, never when a starter passes one.
  const carried = info.continuedFromExecutionRunId === undefined ? undefined : input.carried;
  const start = carried === undefined ? await open(input) : { state: carried, commands: [] };
  const run = new PromotionRun(start.state, inbox, control);
  setHandler(statusQuery, () => statusOf(run.published));
  setHandler(gatesQuery, () => run.published.gates);
  setHandler(timelineQuery, () => run.published.timeline);

  // The machine decides what a cancellation undoes, so the loop itself cannot be cancelled.
  void CancellationScope.current().cancelRequested.catch(() => inbox.put({ type: 'cancelled' }));
  return CancellationScope.nonCancellable(async () => {
    await run.perform(start.commands);
    while (!run.isDone) {
      await run.next();
      if (workflowInfo().continueAsNewSuggested && run.mayContinueAsNew()) {
        await condition(allHandlersFinished);
        await run.untilAnswersAreSent();
        if (run.mayContinueAsNew() && allHandlersFinished())
          await continueAsNew<typeof promotion>({ ...withoutRequest(input), carried: run.state });
      }
    }
    inbox.refuseRemaining({
      accepted: false,
      text: `the promotion has ended as ${run.state.phase}`,
      state: run.state.phase,
      reason: run.state.reason,
    });
    await condition(allHandlersFinished);
    return { promotionId: run.state.identity.promotionId, state: run.state.phase, reason: run.state.reason };
  });
}

async function open(input: PromotionInput): Promise<ReturnType<typeof initialReduction>> {
  const info = workflowInfo();
  const { carried: _none, ...rest } = input;
  try {
    const identity = await control.openPromotion({
      ...rest,
      kind: input.kind ?? 'PROMOTION',
      promotionId: info.firstExecutionRunId,
      workflowId: info.workflowId,
    });
    return initialReduction(identity, new Date());
  } catch (error) {
    // The starter should see the reason itself, not that some activity failed.
    throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error;
  }
}

async function handOverTo(workflowId: string, input: PromotionInput): Promise<PromotionResult> {
  const { carried: _none, ...rest } = input;
  const { runId, joined } = await handOver({ workflowId, workflowType: promotionWorkflowType, input: rest });
  if (runId === workflowInfo().runId)
    throw ApplicationFailure.nonRetryable('a run cannot hand over to itself', 'INTERNAL');
  const reason = `${joined ? 'joined' : 'started'} ${workflowId}, the canonical run of this promotion`;
  return { promotionId: runId, state: 'REQUESTED', reason, handedOverTo: { workflowId, runId, joined } };
}

function withoutRequest(input: PromotionInput): PromotionInput {
  const { request: _verified, ...rest } = input;
  return rest;
}
