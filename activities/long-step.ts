import { Context } from '@temporalio/activity';

/** What a long step receives from Temporal and reports to it. */
export interface Step {
  /** Fires when the step is cancelled, timed out, or its worker shuts down. */
  readonly signal: AbortSignal;
  /** Reports that the step is alive; without it Temporal would retry it elsewhere. */
  readonly heartbeat: () => void;
}

/** The step that is currently running. */
export function currentStep(): Step {
  const context = Context.current();
  return {
    signal: context.cancellationSignal,
    heartbeat: () => {
      context.heartbeat();
    },
  };
}

/** Heartbeats every two seconds while `work` runs, for work that reports no progress of its own. */
export async function withHeartbeats<T>(step: Step, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(step.heartbeat, 2_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
