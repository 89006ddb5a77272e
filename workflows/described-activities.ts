import {
  type ActivityOptions,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { promotionKinds } from '../core/promotion/state.js';
import { priorityOf, summaryOf } from '../core/run-description.js';
import { type Activities, activitySummaries } from './summaries.js';

/** All activities as a workflow calls them. */
export type DescribedActivities = {
  readonly [Name in keyof Activities]: (...args: Parameters<Activities[Name]>) => ReturnType<Activities[Name]>;
};

/** Activities, each with a summary in the history and the priority of its run. */
export function describedActivities(options: ActivityOptions): DescribedActivities {
  const proxies = proxyActivities(options);
  return callable((name, summary, args) =>
    // Also of a rollback that somebody started without a priority.
    proxyOf(proxies, name).executeWithOptions({ summary, priority: priorityOfRun() }, args),
  );
}

/** Local activities, each with a summary in the history. */
export function describedLocalActivities(options: LocalActivityOptions): DescribedActivities {
  const proxies = proxyLocalActivities(options);
  return callable((name, summary, args) => proxyOf(proxies, name).executeWithOptions({ summary }, args));
}

function callable(call: (name: string, summary: string, args: unknown[]) => Promise<unknown>): DescribedActivities {
  const named = Object.entries(activitySummaries).map(([name, words]) => [
    name,
    (...args: unknown[]) => call(name, summaryOf((words as (...args: unknown[]) => string)(...args)), args),
  ]);
  // The table has every activity, with its own parameters.
  return Object.fromEntries(named) as DescribedActivities;
}

function proxyOf<P>(proxies: Readonly<Record<string, P>>, name: string): P {
  const proxy = proxies[name];
  if (proxy === undefined) throw new TypeError(`there is no activity ${name}`);
  return proxy;
}

function priorityOfRun() {
  const { workflowId } = workflowInfo();
  return priorityOf(promotionKinds.find((kind) => workflowId.startsWith(`${kind.toLowerCase()}/`)) ?? 'PROMOTION');
}
