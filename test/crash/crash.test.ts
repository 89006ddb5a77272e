import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CrashStack, startCrashStack, type Victim } from '../support/crash-stack.js';
import { attachPreviewCheck } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { attestationsOf, effectsOf, onceEach, releaseEffects } from './effects.js';
import { approve, type CrashedPromotion, reached } from './promotions.js';
import { type Scene, setScene } from './scene.js';

let stack: CrashStack;
const scenes = new Map<Victim, Scene>();
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.close());

/** Waits until a promotion is live and attested. */
async function isLive(promotion: CrashedPromotion): Promise<void> {
  await reached(stack, promotion, 'LIVE');
  await until(
    async () => {
      const attestations = await attestationsOf(stack, promotion.id);
      return attestations['promotion'] !== undefined && attestations['verification-summary'] !== undefined;
    },
    `the attestations of ${promotion.product}`,
    60_000,
  );
}

/** Whether the history of a run contains a signal. */
async function wasSignalled(promotion: CrashedPromotion, name: string): Promise<boolean> {
  const { events } = await stack.temporal.workflow.getHandle(promotion.workflowId).fetchHistory();
  return (events ?? []).some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === name);
}

/** The recorded states of all promotions and releases of a scene. */
async function recordedStates(scene: Scene): Promise<readonly string[]> {
  const promotions = [scene.gating, scene.awaiting, scene.deploying, scene.verifying, scene.unsignalled];
  const releases = [scene.built, scene.signed, scene.registered];
  const stateOf = async (table: 'promotions' | 'releases', id: string) =>
    (await stack.rows<{ state: string }>(`select state from ${table} where id = $1`, id))[0]?.state ?? 'no record';
  return Promise.all([
    ...promotions.map(({ id }) => stateOf('promotions', id)),
    ...releases.map(({ id }) => stateOf('releases', id)),
  ]);
}

/** How many attempts an activity of a run took. */
async function attemptsOf(workflowId: string, activity: string): Promise<number> {
  const { events } = await stack.temporal.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = (events ?? []).find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity,
  );
  const started = (events ?? []).find(
    (event) => String(event.activityTaskStartedEventAttributes?.scheduledEventId) === String(scheduled?.eventId),
  );
  return started?.activityTaskStartedEventAttributes?.attempt ?? 0;
}

describe.each<Victim>(['worker', 'api', 'temporal', 'postgres'])('after SIGKILL of the %s process', (victim) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene(stack, victim);
    scenes.set(victim, scene);
    const killed = stack.stack.pidOf(victim);
    expect(await recordedStates(scene)).toEqual([
      'GATING',
      'AWAITING_APPROVAL',
      'DEPLOYING',
      'VERIFYING',
      'GATING',
      'RUNNING',
      'RUNNING',
      'RUNNING',
    ]);
    expect(await wasSignalled(scene.unsignalled, 'changed')).toBe(false);
    await stack.kill(victim);
    stack.resume();
    await stack.back(victim, killed);
  });

  test('a promotion that was GATING receives its evidence and goes live', async () => {
    await attachPreviewCheck(stack.tools, scene.gating.bundle, { product: scene.gating.product });
    await isLive(scene.gating);
    expect(await effectsOf(stack, scene.gating)).toEqual(onceEach(['GATING → QUEUED'], 1));
  });

  test('a promotion that was AWAITING_APPROVAL accepts its approvals and goes live', async () => {
    await approve(stack, scene.awaiting, 'alice');
    await approve(stack, scene.awaiting, 'bob');
    await isLive(scene.awaiting);
    expect(await effectsOf(stack, scene.awaiting)).toEqual(
      onceEach(['GATING → AWAITING_APPROVAL', 'AWAITING_APPROVAL → QUEUED'], 3),
    );
  });

  test.each(['deploying', 'verifying'] as const)(
    'a promotion that was %s continues on its own, and none of its effects happens twice',
    async (place) => {
      await isLive(scene[place]);
      expect(await effectsOf(stack, scene[place])).toEqual(onceEach(['GATING → QUEUED'], 1));
    },
  );

  test('a run whose wake-up was committed but not sent still gets it', async () => {
    await isLive(scene.unsignalled);
    expect(await wasSignalled(scene.unsignalled, 'changed')).toBe(true);
    expect(await effectsOf(stack, scene.unsignalled)).toEqual(onceEach(['GATING → QUEUED'], 1));
  });

  test.each([
    ['a stored image', 'built'],
    ['a stored signature', 'signed'],
    ['a registered signature', 'registered'],
  ] as const)(
    'a release that had already left %s ends with one bundle and one attestation of each statement',
    async (_what, place) => {
      await stack.temporal.workflow.getHandle(scene[place].workflowId).result();
      expect(await releaseEffects(stack, scene[place])).toEqual({
        events: ['release.started', 'release.fetched', 'release.sealed'],
        repeatedSteps: [],
        attestations: {
          commits: 1,
          provenance: 1,
          signature: 1,
          'sbom-spdx': 1,
          'sbom-cyclonedx': 1,
          'test-result': 1,
        },
        bundles: 1,
      });
    },
  );
});

test('the steps that died with the worker were retried, so it is not by luck that each effect exists once', async () => {
  const { deploying, verifying, built, signed } = scenes.get('worker') as Scene;
  expect(await attemptsOf(deploying.workflowId, 'moveLane')).toBeGreaterThan(1);
  expect(await attemptsOf(verifying.workflowId, 'moveLane')).toBeGreaterThan(1);
  expect(await attemptsOf(built.workflowId, 'buildImage')).toBeGreaterThan(1);
  expect(await attemptsOf(signed.workflowId, 'signCommits')).toBeGreaterThan(1);
});
