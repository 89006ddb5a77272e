import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { workflowIds } from '../../core/ids.js';
import {
  failedTasksOf,
  inPhase,
  isIn,
  pendingActivityOf,
  startReconcilingEngine,
  stateOf,
  statusOf,
  type Target,
} from '../support/attack-scene.js';
import { onTestFinished } from '../support/clean-up.js';
import type { Engine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { placedIn } from '../support/phases.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
let target: Target;
beforeAll(async () => {
  engine = await startReconcilingEngine();
  target = await inPhase(engine, 'silver', await sealText(engine, 'gets bytes'), 'GATING');
});
afterAll(() => engine.close());

const namespace = 'default';
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED: completedStage } =
  temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
interface Payload {
  readonly metadata?: Record<string, Uint8Array>;
  readonly data?: Uint8Array;
}
const payload = (encoding: string, data: string): Payload => ({
  metadata: { encoding: Buffer.from(encoding) },
  data: Buffer.from(data),
});
/** Payloads that a converter cannot turn into a value. Temporal's server passes on any bytes. */
const unreadable: readonly (readonly [string, readonly Payload[]])[] = [
  ['half a JSON object', [payload('json/plain', '{"type":')]],
  ['JSON that is not UTF-8', [{ ...payload('json/plain', ''), data: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }]],
  ['an encoding that nobody knows', [payload('binary/encrypted', 'secret')]],
  ['a protobuf message of no known type', [payload('json/protobuf', '{}')]],
  ['no encoding', [{ data: Buffer.from('null') }]],
  ['nothing at all', [{}]],
  ['lists inside lists, 9,900 deep', [payload('json/plain', '['.repeat(9_900) + ']'.repeat(9_900))]],
  ['objects inside objects, 5,000 deep', [payload('json/plain', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000))]],
  ['lists inside lists, 900,000 deep', [payload('json/plain', '['.repeat(900_000) + ']'.repeat(900_000))]],
  [
    'a statement whose content is 9,900 deep',
    [payload('json/plain', `{"dsseEnvelope":${'['.repeat(9_900)}${']'.repeat(9_900)}}`)],
  ],
  ['a thousand arguments', Array.from({ length: 1_000 }, () => payload('json/plain', '{"type":'))],
];

function signal(workflowId: string, signalName: string, payloads: readonly Payload[]): Promise<unknown> {
  return engine.client.workflowService.signalWorkflowExecution({
    namespace,
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [...payloads] },
  });
}

function update(workflowId: string, name: string, payloads: readonly Payload[]): Promise<unknown> {
  return engine.client.withDeadline(Date.now() + 5_000, () =>
    engine.client.workflowService.updateWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      waitPolicy: { lifecycleStage: completedStage },
      request: {
        meta: { updateId: randomUUID(), identity: 'test' },
        input: { name, args: { payloads: [...payloads] } },
      },
    }),
  );
}

describe.each(unreadable)('a payload with %s', (_what, payloads) => {
  test.each(['decision', 'changed', 'superseded', 'nonsense'])('in the signal %s stops no run', async (name) => {
    await signal(target.handle.workflowId, name, payloads);
    expect(await statusOf(engine, target)).toMatchObject({ state: 'GATING' });
    expect(await failedTasksOf(engine, target.handle.workflowId)).toEqual([]);
  });

  test.each(['decide', 'abort', 'retry', 'nonsense'])('in the update %s stops no run', async (name) => {
    await update(target.handle.workflowId, name, payloads).catch(() => undefined);
    expect(await statusOf(engine, target)).toMatchObject({ state: 'GATING' });
    expect(await failedTasksOf(engine, target.handle.workflowId)).toEqual([]);
  });

  test('as input of a promotion fails that run with INVALID_INPUT', async () => {
    const workflowId = `promotion/unreadable/${randomUUID()}`;
    await engine.client.workflowService.startWorkflowExecution({
      namespace,
      workflowId,
      requestId: randomUUID(),
      workflowType: { name: 'promotion' },
      taskQueue: { name: 'lanekeeper-control' },
      input: { payloads: [...payloads] },
    });
    const run = engine.client.workflow.getHandle(workflowId);
    onTestFinished(() => run.terminate().catch(() => undefined));
    await until(async () => (await run.describe()).status.name === 'FAILED', 'the run to fail');
    expect(await failureOf(run.result())).toMatchObject({ type: 'INVALID_INPUT' });
    expect(await failedTasksOf(engine, workflowId)).toEqual([]);
  });

  test('in a signal to a lane stops neither the lane nor who waits for it', async () => {
    const id = workflowIds.lane('default', 'shop', 'bronze');
    await engine.bringTo(await sealText(engine, `before ${_what}`), 'bronze');
    await signal(id, 'changed', payloads).catch(() => undefined);
    await inPhase(engine, 'bronze', await sealText(engine, `after ${_what}`), 'LIVE');
  });
});

describe('the result of an activity that somebody else reports', () => {
  test('stops no run when it cannot be read, and the file is still checked before the deployment', async () => {
    const guarded = await placedIn['GUARDING']!(engine, 'reported');
    onTestFinished(() => guarded.release());
    await engine.client.workflowService.respondActivityTaskCompletedById({
      namespace,
      workflowId: guarded.handle.workflowId,
      activityId: await pendingActivityOf(guarded),
      result: { payloads: [payload('json/plain', '{"type":')] },
      identity: 'somebody else',
    });
    expect(await statusOf(engine, guarded)).toMatchObject({ state: expect.any(String) });
    expect(await failedTasksOf(engine, guarded.handle.workflowId)).toEqual([]);
    expect(await stateOf(engine, guarded.id)).not.toBe('LIVE');
  });

  test('stops no run when it is a failure without a form, and the step has failed', async () => {
    const guarded = await placedIn['GUARDING']!(engine, 'failed-without-form');
    onTestFinished(() => guarded.release());
    await engine.client.workflowService.respondActivityTaskFailedById({
      namespace,
      workflowId: guarded.handle.workflowId,
      activityId: await pendingActivityOf(guarded),
      failure: {
        message: 'x',
        applicationFailureInfo: { type: 'X', nonRetryable: true },
        cause: { message: 'y', activityFailureInfo: {} },
      },
      identity: 'somebody else',
    });
    await isIn(engine, guarded.id, 'ERRORED');
    expect(await failedTasksOf(engine, guarded.handle.workflowId)).toEqual([]);
  });
});
