import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';

/** One activity to schedule. */
export interface ForeignCall {
  readonly queue: string;
  readonly activity: string;
  readonly args: readonly unknown[];
}

/** Schedules an activity and answers with its result. */
export const callUpdate = defineUpdate<unknown, [ForeignCall]>('call');

/**
 * The workflow of an attacker: it schedules whatever it is told to, on any queue. As the default export it runs under
 * every type name.
 */
export default async function foreign(): Promise<void> {
  setHandler(callUpdate, async ({ queue, activity, args }) => {
    const activities = proxyActivities<Record<string, (...given: unknown[]) => Promise<unknown>>>({
      taskQueue: queue,
      startToCloseTimeout: '60 s',
      retry: { maximumAttempts: 1 },
    });
    return activities[activity]?.(...args);
  });
  await condition(() => false);
}
