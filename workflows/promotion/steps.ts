import { ActivityFailure, ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { DeployActivities } from '../../activities/lane/types.js';
import type { PromotionGuardActivities } from '../../activities/promotion/types.js';
import type { PromotionEvent } from '../../core/promotion/events.js';
import type { PromotionMachine, Step } from '../../core/promotion/state.js';
import { deployStep, guardStep } from '../activity-options.js';

const { guardBundle } = proxyActivities<Pick<PromotionGuardActivities, 'guardBundle'>>(guardStep);
const { deployBundle, verifyLane, revertLane } = proxyActivities<DeployActivities>(deployStep);

/** A step under way. */
export interface RunningStep {
  readonly step: Step;
  cancel(): void;
}

/**
 * Starts a step beside the loop, so that an abort is processed while it runs. How it ended comes back as an event; a
 * step that was cancelled reports nothing.
 */
export function startStep(
  step: Step,
  state: PromotionMachine,
  report: (event: Extract<PromotionEvent, { type: 'step-done' | 'step-failed' | 'lane-lost' }>) => void,
): RunningStep {
  // A step ends by its own outcome or because the machine cancels it, not because the run was cancelled: the machine
  // decides what to undo.
  const scope = new CancellationScope({ cancellable: false });
  const cancellable = new CancellationScope();
  let cancelled = false;
  void scope.run(() =>
    cancellable
      .run(() => perform(step, state))
      .then(
        () => {
          if (!cancelled) report({ type: 'step-done', step });
        },
        (error: unknown) => {
          if (!cancelled) report(failureOf(step, error));
        },
      ),
  );
  return {
    step,
    cancel: () => {
      cancelled = true;
      cancellable.cancel();
    },
  };
}

async function perform(step: Step, state: PromotionMachine): Promise<void> {
  const { tenant, promotionId } = state.identity;
  const ref = { tenant, promotionId };
  const fencing = { fencingToken: state.fencingToken ?? 0, idempotencyKey: `${promotionId}/${step}/${state.attempt}` };
  switch (step) {
    case 'guard':
      return guardBundle(ref);
    case 'deploy':
      return deployBundle({ ...ref, ...fencing });
    case 'verify':
      return verifyLane(ref);
    case 'revert':
      return revertLane({ ...ref, ...fencing });
  }
}

function failureOf(step: Step, error: unknown): Extract<PromotionEvent, { type: 'step-failed' | 'lane-lost' }> {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const failure = cause instanceof ApplicationFailure ? cause : undefined;
  if (failure?.type === 'STALE_FENCING_TOKEN') return { type: 'lane-lost' };
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    type: 'step-failed',
    step,
    // Verdicts are thrown non-retryable with a code of the domain; what ran out of attempts is trouble.
    kind: failure?.nonRetryable === true ? 'verdict' : 'trouble',
    error: { step, code: failure?.type ?? 'INTERNAL', message: message.slice(0, 2_000) },
  };
}
