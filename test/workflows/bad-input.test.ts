import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import { abortUpdate } from '../../workflows/promotion/contract.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type Engine, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** Starts a promotion with the Temporal command line, without the API. */
function startInTemporal(workflowId: string, input: unknown): ReturnType<Engine['temporal']['cli']> {
  return engine.temporal.cli(
    'workflow',
    'start',
    '--type',
    'promotion',
    '--task-queue',
    taskQueues.control,
    '--workflow-id',
    workflowId,
    '--input',
    JSON.stringify(input),
  );
}

async function rows(): Promise<number> {
  return (await engine.database.transaction('default', (tx) => tx.query('select 1 from promotions'))).length;
}

const unknownBundle = digestOf('nothing');
const valid = { tenant: 'default', product: 'shop', lane: 'bronze', bundle: unknownBundle };

const wrong: readonly { readonly what: string; readonly input: unknown; readonly type: string }[] = [
  { what: 'that is a list', input: [valid], type: 'INVALID_INPUT' },
  { what: 'without a product', input: { ...valid, product: undefined }, type: 'INVALID_INPUT' },
  { what: 'with a bundle that is not a digest', input: { ...valid, bundle: 'latest' }, type: 'INVALID_INPUT' },
  { what: 'with an unknown field', input: { ...valid, force: true }, type: 'INVALID_INPUT' },
  { what: 'for a lane that does not exist', input: { ...valid, lane: 'platinum' }, type: 'UNKNOWN_LANE' },
  { what: 'with a request of 40 KiB', input: { ...valid, request: 'x'.repeat(40_960) }, type: 'INVALID_INPUT' },
  { what: 'for an unknown product', input: { ...valid, product: 'nobody-knows' }, type: 'UNKNOWN_PRODUCT' },
  { what: 'for a tenant that does not exist', input: { ...valid, tenant: 'other' }, type: 'UNKNOWN_PRODUCT' },
  { what: 'for an unknown bundle', input: valid, type: 'UNKNOWN_BUNDLE' },
  {
    what: 'with a request that is not signed',
    input: { ...valid, bundle: 'REAL', request: { dsseEnvelope: {} } },
    type: 'EVIDENCE_INVALID',
  },
];

describe('a promotion started in Temporal', () => {
  test.each(wrong)('with input $what fails at once with $type and leaves no rows', async ({ input, type }) => {
    const bundle = await sealText(engine, 'real');
    const given = JSON.parse(JSON.stringify(input).replace('"REAL"', JSON.stringify(bundle))) as {
      bundle?: string;
      tenant?: string;
      product?: string;
      lane?: string;
    };
    const id = `promotion/${given.tenant}/${given.product}/${given.lane}/${String(given.bundle).slice(7)}`;
    expect(startInTemporal(id, given).code).toBe(0);
    expect(await failureOf(engine.client.workflow.getHandle(id).result())).toMatchObject({ type });
    expect(await rows()).toBe(0);
  });

  test('under another workflow id hands over to the canonical run, and a second one joins it', async () => {
    const bundle = await sealText(engine, 'handed over');
    const input = { ...valid, lane: 'silver', bundle };
    startInTemporal('my-own-id', input);
    const first = (await engine.client.workflow.getHandle('my-own-id').result()) as {
      handedOverTo: { workflowId: string; runId: string; joined: boolean };
    };
    expect(first.handedOverTo).toMatchObject({
      workflowId: `promotion/default/shop/silver/${bundle.slice(7)}`,
      joined: false,
    });
    startInTemporal('my-second-id', input);
    const second = (await engine.client.workflow.getHandle('my-second-id').result()) as typeof first;
    expect(second.handedOverTo).toMatchObject({ runId: first.handedOverTo.runId, joined: true });
  });

  test('that is cancelled goes on, because only a signed abort ends a promotion', async () => {
    const bundle = await sealText(engine, 'cancelled');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    await handle.cancel();
    const statement = await engine.sign('dev', {
      verb: 'abort',
      lane: 'silver',
      bundle,
      promotionId: handle.firstExecutionRunId,
    });
    expect(await handle.executeUpdate(abortUpdate, { args: [{ statement }] })).toMatchObject({
      accepted: true,
      state: 'ABORTED',
    });
    expect(await handle.result()).toMatchObject({ state: 'ABORTED', reason: 'aborted by dev' });
  });

  test('that is terminated while it waits is taken up by the next run, with what was decided so far', async () => {
    const bundle = await sealText(engine, 'terminated');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    const record = await engine.recordOf(handle);
    await handle.terminate();
    const again = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(again, 'GATING');
    expect(again.firstExecutionRunId).not.toBe(handle.firstExecutionRunId);
    expect(await engine.recordOf(again)).toBe(record);
  });
});
