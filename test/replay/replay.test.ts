import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { workflowBundle } from '../support/workflow-bundle.js';
import { featuresOf } from './features.js';
import { type History, readHistory } from './history-file.js';

const folder = join(import.meta.dirname, 'histories');
/** Histories of runs that began before a patch, by its name: they go on with the present code. */
const earlier = join(import.meta.dirname, 'earlier');
const takesLane = ['state:GUARDING', 'activity:moveLane', 'local:advance'];
const rollsBack = ['state:DEPLOYING', 'activity:moveLane', 'local:advance'];
const liveAtLast = ['state:LIVE', 'activity:attestPromotion', 'local:advance'];
const toLive = [...takesLane, ...liveAtLast];
const opens = ['start', 'local:openPromotion'];
const waits = [...opens, 'state:GATING'];
const builds = ['start', 'local:beginRelease', 'activity:fetchSource', 'local:openRelease', 'activity:buildImage'];

/** Each shape with what has to be in its history, in this order. Recorded by `npm run record-histories`. */
const shapes: Readonly<Record<string, readonly string[]>> = {
  'lane-continues-as-new': ['start', 'local:readLane', 'activity:awaitHolderClose', 'end:CONTINUED_AS_NEW'],
  'lane-granted': [
    'start',
    'signal:changed',
    'local:readLane',
    'activity:awaitHolderClose',
    'signal:changed',
    'local:readLane',
    'activity-cancelled',
    'end:OPEN',
  ],
  'lane-holder-terminated': [
    'start',
    'local:readLane',
    'activity:awaitHolderClose',
    'activity:settleHolder',
    'local:readLane',
    'end:OPEN',
  ],
  'lane-preempted-by-rollback': ['start', 'signal:changed', 'local:readLane', 'end:OPEN'],
  'promotion-held': [...opens, 'state:QUEUED', 'signal:changed', 'local:advance', ...toLive, 'end:OPEN'],
  'promotion-frozen': [
    ...opens,
    'state:QUEUED',
    'signal:changed',
    'local:advance',
    'local:advance',
    ...toLive,
    'end:OPEN',
  ],
  'promotion-scheduled': [...opens, 'state:QUEUED', 'local:advance', ...toLive, 'end:OPEN'],
  'promotion-too-late': [
    ...opens,
    'state:QUEUED',
    'local:advance',
    'state:FAILED',
    'activity:attestPromotion',
    'end:COMPLETED',
  ],
  'promotion-hotfix': [...opens, ...toLive, 'end:OPEN'],
  'promotion-recalled': [...waits, 'signal:changed', 'state:FAILED', 'activity:attestPromotion', 'end:COMPLETED'],
  'promotion-aborted-while-deploying': [
    ...opens,
    ...takesLane,
    'state:DEPLOYING',
    'update:abort',
    'local:advance',
    'activity:moveLane',
    'activity-cancelled',
    'local:advance',
    'state:ABORTED',
    'end:COMPLETED',
  ],
  'promotion-aborted-while-gating': [...waits, 'update:abort', 'local:advance', 'state:ABORTED', 'end:COMPLETED'],
  // A cancellation ends nothing; a signed abort does.
  'promotion-cancelled-and-aborted': [
    ...waits,
    'cancel-requested',
    'update:abort',
    'local:advance',
    'state:ABORTED',
    'end:COMPLETED',
  ],
  'promotion-continued': ['start:continued', 'local:openPromotion', 'state:LIVE', 'end:OPEN'],
  'promotion-continues-as-new': [
    ...opens,
    'state:AWAITING_APPROVAL',
    'update:decide',
    'state:GATING',
    'signal:changed',
    'update:decide',
    'end:CONTINUED_AS_NEW',
  ],
  'promotion-errored-then-retried': [
    ...opens,
    ...takesLane,
    'state:ERRORED',
    'update:retry',
    'local:advance',
    ...toLive,
    'end:OPEN',
  ],
  'promotion-failed-unhealthy': [
    ...opens,
    ...takesLane,
    'activity:moveLane',
    'local:advance',
    'state:FAILED',
    'activity:attestPromotion',
    'end:COMPLETED',
  ],
  'promotion-gold': [
    ...opens,
    'state:AWAITING_APPROVAL',
    'update:decide',
    'update:decide',
    'signal:decision',
    'signal:decision',
    ...toLive,
    'end:OPEN',
  ],
  'promotion-handed-over': ['start', 'activity:handOver', 'end:COMPLETED'],
  'promotion-invalid-input': ['start', 'end:FAILED:INVALID_INPUT'],
  'promotion-live': [...opens, ...toLive, 'end:OPEN'],
  'promotion-rejected': [
    ...opens,
    'state:AWAITING_APPROVAL',
    'update:decide',
    'state:REJECTED',
    'activity:attestPromotion',
    'end:COMPLETED',
  ],
  'promotion-repinned': [...waits, 'signal:changed', 'other-gates', 'signal:changed', ...toLive, 'end:OPEN'],
  // A rollback moves the alias first, without a guard.
  'promotion-rollback-live': [...opens, ...rollsBack, ...liveAtLast, 'end:OPEN'],
  'promotion-rolled-back': [...opens, ...toLive, 'signal:changed', 'state:ROLLED_BACK', 'end:COMPLETED'],
  'promotion-superseded': [...opens, ...toLive, 'signal:changed', 'state:SUPERSEDED', 'end:COMPLETED'],
  'promotion-unknown-product': ['start', 'local-failed:openPromotion', 'end:FAILED:UNKNOWN_PRODUCT'],
  'promotion-waits-for-evidence': [...waits, 'signal:changed', 'local:advance', ...toLive, 'end:OPEN'],
  'release-already-sealed': ['start', 'local:beginRelease', 'end:COMPLETED'],
  'release-build-fails': [...builds, 'local:failRelease', 'end:FAILED:BUILD_FAILED'],
  'release-cancelled': [...builds, 'cancel-requested', 'activity-cancelled', 'local:failRelease', 'end:CANCELED'],
  'release-handed-over': ['start', 'activity:handOver', 'end:COMPLETED'],
  'release-sealed': [
    ...builds,
    'activity:describeImage',
    'activity:qualifyImage',
    'activity:signStatement',
    'activity:sealRelease',
    'state:SEALED',
    'end:COMPLETED',
  ],
  'release-tests-fail': [
    ...builds,
    'activity:describeImage',
    'activity:qualifyImage',
    'local:failRelease',
    'end:FAILED:TESTS_FAILED',
  ],
};

/** That a run is a rollback is in a payload, not in an event type. */
const payloads: Readonly<Record<string, string>> = { 'promotion-rollback-live': '"kind":"ROLLBACK"' };

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

const historyOf = (name: string): Promise<History> => readHistory(join(folder, `${name}.json`));

/** Replays under the original workflow id: a run under another id hands over. */
const replay = (history: History): Promise<void> =>
  Worker.runReplayHistory(
    { workflowBundle },
    history,
    history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '',
  );

/** Whether `features` contains `wanted` in this order, with anything in between. */
function inOrder(features: readonly string[], wanted: readonly string[]): boolean {
  let found = 0;
  for (const feature of features) if (feature === wanted[found]) found += 1;
  return found === wanted.length;
}

test('every control flow has a history, and there are no others', async () => {
  expect((await readdir(folder)).sort()).toEqual(
    Object.keys(shapes)
      .map((name) => `${name}.json`)
      .sort(),
  );
});

describe.each(Object.entries(shapes))('the history %s', (name, wanted) => {
  test('is complete and contains what its name says', async () => {
    const history = await historyOf(name);
    expect(history.events.map((event) => Number(event.eventId))).toEqual(history.events.map((_, index) => index + 1));
    const answered = history.events.filter(
      (event) =>
        event.workflowTaskCompletedEventAttributes ??
        event.workflowTaskFailedEventAttributes ??
        event.workflowTaskTimedOutEventAttributes,
    );
    expect(answered).toHaveLength(history.events.filter((event) => event.workflowTaskScheduledEventAttributes).length);
    const features = featuresOf(history);
    if (!inOrder(features, wanted)) throw new Error(`expected ${wanted.join(', ')}; it has ${features.join(', ')}`);
    const text = history.events
      .flatMap((event) => [
        event.workflowExecutionStartedEventAttributes?.input,
        event.workflowExecutionSignaledEventAttributes?.input,
      ])
      .flatMap((input) => input?.payloads ?? []);
    expect(text.map((payload) => Buffer.from(payload.data ?? []).toString('utf8')).join('\n')).toContain(
      payloads[name] ?? '',
    );
  });

  test('replays with the current workflow code', async () => {
    await replay(await historyOf(name));
  });
});

describe.each(await readdir(earlier))('a run that began before %s', (patch) => {
  test('has a history for each control flow of that time, which replays with the current workflow code', async () => {
    const names = await readdir(join(earlier, patch));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) await replay(await readHistory(join(earlier, patch, name)));
  });
});

/**
 * Swaps the activities that two events schedule, like code that calls them in another order. Ids are numbered by
 * position, so they stay.
 */
function swap(history: History, first: string, second: string): void {
  const find = (name: string) =>
    history.events.find((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === name)
      ?.activityTaskScheduledEventAttributes;
  const [one, other] = [find(first), find(second)];
  if (!one || !other) throw new Error('the history has no such events');
  [one.activityType, other.activityType] = [other.activityType ?? null, one.activityType ?? null];
}

describe('a history with two commands reordered', () => {
  test.each([
    ['promotion-live', 'moveLane', 'attestPromotion'],
    ['release-sealed', 'buildImage', 'describeImage'],
  ])('is refused: %s with %s and %s swapped', async (name, first, second) => {
    const history = await historyOf(name);
    swap(history, first, second);
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });

  test('is refused: a step that ended before the promotion was opened', async () => {
    const history = await historyOf('promotion-live');
    const markers = history.events.filter((event) => event.markerRecordedEventAttributes);
    const [evaluated, recorded] = markers;
    if (!evaluated?.markerRecordedEventAttributes || !recorded?.markerRecordedEventAttributes)
      throw new Error('the history has no such events');
    [evaluated.markerRecordedEventAttributes, recorded.markerRecordedEventAttributes] = [
      recorded.markerRecordedEventAttributes,
      evaluated.markerRecordedEventAttributes,
    ];
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});
