import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Engine } from '../support/engine.js';
import {
  approveByTwo,
  failedTasksOf,
  inPhase,
  rowsOf,
  startReconcilingEngine,
  stateOf,
  statusOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import { sealText } from '../support/sealed-bundle.js';
import { promotionEvents } from '../support/event-tables.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startReconcilingEngine();
});
afterAll(() => engine.close());

/** Sends a signal with the stock command line. */
function signal(target: Target, name: string, input?: string): void {
  const { code, stderr } = engine.temporal.cli(
    ...['workflow', 'signal', '--workflow-id', target.handle.workflowId, '--name', name],
    ...(input === undefined ? [] : ['--input', input]),
  );
  if (code !== 0) throw new Error(stderr);
}

/** Sends a signal whose argument is exactly these bytes. */
function signalBytes(target: Target, name: string, data: string | undefined): Promise<unknown> {
  return engine.client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: target.handle.workflowId },
    signalName: name,
    input:
      data === undefined
        ? null
        : { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(data) }] },
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const envelope = (payload: string): unknown => ({ dsseEnvelope: { payload } });
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** The promotion is where it was, according to its run and to its record, and no workflow task failed on the way. */
async function expectUntouched(target: Target, phase: string): Promise<void> {
  expect(await statusOf(engine, target)).toMatchObject({ state: phase });
  expect(await stateOf(engine, target.id)).toBe(phase);
  expect(await failedTasksOf(engine, target.handle.workflowId)).toEqual([]);
}

/** Events of the machine inside a run. Nobody outside may cause one by naming it. */
const inside = {
  'a rejection by alice': {
    type: 'decided',
    decision: { accepted: true, verb: 'reject', principal: 'alice', text: '' },
  },
  'an abort by bob': { type: 'decided', decision: { accepted: true, verb: 'abort', principal: 'bob', text: '' } },
  'a round of gates that passed': {
    type: 'gates-evaluated',
    round: { round: 9, verdicts: [], outcome: 'PASS', reason: '' },
  },
  'a grant of the lane': { type: 'lane-granted', fencingToken: 999 },
  'a lost lane': { type: 'lane-lost' },
  'a step that was done': { type: 'step-done', step: 'verify' },
  'a verdict about a step': {
    type: 'step-failed',
    step: 'guard',
    kind: 'verdict',
    error: { step: 'guard', code: 'X', message: '' },
  },
  'trouble with a step': {
    type: 'step-failed',
    step: 'guard',
    kind: 'trouble',
    error: { step: 'guard', code: 'X', message: '' },
  },
  'a cancellation': { type: 'cancelled' },
  'a type that does not exist': { type: 'evaluate-me' },
  'the prototype as its type': { type: '__proto__' },
  'a statement from the start': { type: 'decision', statement: {}, frontDoor: 'START' },
};

describe('a promotion to gold that waits for two people', () => {
  let target: Target;
  beforeAll(async () => {
    target = await waitingForApproval(engine, 'under attack');
  });

  describe.each(['superseded', 'laneGranted', 'changed', 'gates-evaluated'])('and gets the signal %s', (name) => {
    test.each(Object.entries(inside))('with %s stays where it is', async (_what, message) => {
      signal(target, name, JSON.stringify({ how: 'SUPERSEDED', by: 'nobody', fencingToken: 999, ...message }));
      await expectUntouched(target, 'AWAITING_APPROVAL');
    });
  });

  const shapes: readonly (readonly [string, string | undefined])[] = [
    ['no argument', undefined],
    ['null', 'null'],
    ['a text', '"text"'],
    ['a number', '12'],
    ['a list', '[[],{}]'],
    ['bytes that are not JSON', '{"type":'],
    ['40 KiB', JSON.stringify('x'.repeat(40_960))],
    ['1 MB', JSON.stringify({ dsseEnvelope: 'x'.repeat(1_000_000) })],
  ];
  const names = ['decision', 'changed', 'laneGranted', 'superseded', 'nonsense', '__temporal_nonsense'];
  test.each(names.flatMap((name) => shapes.map(([what, data]) => [name, what, data] as const)))(
    'reads the signal %s with %s, and no workflow task fails',
    async (name, _what, data) => {
      await signalBytes(target, name, data);
      await expectUntouched(target, 'AWAITING_APPROVAL');
    },
  );

  test('counts the messages that it did not understand, and never reads those of other names', async () => {
    const before = await statusOf(engine, target);
    signal(target, 'superseded', '{}');
    signal(target, 'nonsense');
    signal(target, 'changed', '{"phase":"LIVE"}');
    signal(target, 'decision', 'null');
    expect((await statusOf(engine, target)).ignoredMessages).toBe(before.ignoredMessages + 2);
  });

  test('still goes live with the approvals of two people, and of nobody else', async () => {
    await approveByTwo(engine, target);
    const path = `select data->>'to' as phase from ${promotionEvents} e
      where promotion_id = $1 and type = $2 order by id`;
    const phases = await rowsOf<{ phase: string }>(engine, path, target.id, 'promotion.transitioned');
    // No message moved it for as much as a moment.
    const straight = ['AWAITING_APPROVAL', 'QUEUED', 'GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE'];
    expect(phases.map(({ phase }) => phase)).toEqual(straight);
    const approved = 'select principal from decisions where promotion_id = $1 and accepted order by registered_at';
    expect(await rowsOf(engine, approved, target.id)).toEqual(
      ['dev', 'alice', 'bob'].map((principal) => ({ principal })),
    );
    expect(await engine.answerOf('gold')).toBe('under attack');
  });
});

describe('a promotion that is live', () => {
  test('goes on when a message says that another one superseded it', async () => {
    const target = await inPhase(engine, 'bronze', await sealText(engine, 'lives on'), 'LIVE');
    for (const how of ['SUPERSEDED', 'ROLLED_BACK'])
      signal(target, 'superseded', JSON.stringify({ how, by: 'nobody' }));
    await expectUntouched(target, 'LIVE');
    expect((await engine.client.workflow.getHandle(target.handle.workflowId).describe()).status.name).toBe('RUNNING');
  });
});

describe('an update', () => {
  let target: Target;
  beforeAll(async () => {
    target = await inPhase(engine, 'silver', await sealText(engine, 'is updated'), 'GATING');
  });

  const arguments_: readonly (readonly [string, readonly unknown[]])[] = [
    ['no argument', []],
    ['null', [null]],
    ['a text', ['text']],
    ['a list', [[]]],
    ['a statement that is a text', [{ statement: 'text' }]],
    ['a statement of 40 KiB', [{ statement: { text: 'x'.repeat(40_960) } }]],
    ['a statement of 1 MB', [{ statement: { text: 'x'.repeat(1_000_000) } }]],
    ['a statement that is a list', [{ statement: [] }]],
    ['a statement of 3,000 levels', [{ statement: nested(3_000) }]],
    ['a statement without an envelope', [{ statement: { dsseEnvelope: null } }]],
    ['a payload that is no base64', [{ statement: envelope('%') }]],
    ['a payload that is no UTF-8', [{ statement: envelope('/////w==') }]],
    ['a payload that is no JSON', [{ statement: envelope(base64('{')) }]],
    ['a payload without a predicate', [{ statement: envelope(base64('null')) }]],
    ['an unknown verb', [{ statement: envelope(base64('{"predicate":{"verb":"__proto__"}}')) }]],
  ];
  test.each(
    ['decide', 'abort', 'retry'].flatMap((name) => arguments_.map(([what, args]) => [name, what, args] as const)),
  )('%s with %s is refused before it reaches the history', async (name, _what, args) => {
    const handle = engine.client.workflow.getHandle(target.handle.workflowId);
    await expect(handle.executeUpdate(name, { args: [...args] as [unknown] })).rejects.toMatchObject({
      cause: { type: 'INVALID_INPUT' },
    });
    const { events } = await handle.fetchHistory();
    expect((events ?? []).some((event) => Boolean(event.workflowExecutionUpdateAcceptedEventAttributes))).toBe(false);
    await expectUntouched(target, 'GATING');
  });

  const wrong = [
    ['abort', 'retry'],
    ['retry', 'abort'],
    ['abort', 'approve'],
  ] as const;
  test.each(wrong)('%s with a signed %s says that it took the wrong door, and adds no event', async (name, verb) => {
    const handle = engine.client.workflow.getHandle(target.handle.workflowId);
    await expectUntouched(target, 'GATING');
    const { historyLength } = await handle.describe();
    const { bundle, id: promotionId } = target;
    const statement = await engine.sign('dev', { verb, lane: 'silver', bundle, promotionId });
    await expect(handle.executeUpdate(name, { args: [{ statement }] })).rejects.toMatchObject({
      cause: {
        type: 'INVALID_INPUT',
        message: `the verb of the statement is ${verb}; this update takes ${name}, and the update decide takes every verb`,
      },
    });
    expect((await handle.describe()).historyLength).toBe(historyLength);
  });

  test('with an unknown name is refused', async () => {
    const handle = engine.client.workflow.getHandle(target.handle.workflowId);
    await expect(handle.executeUpdate('nonsense')).rejects.toThrow('Workflow Update failed');
    await expectUntouched(target, 'GATING');
  });
});
