import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startOrJoin } from '../../apps/api/start-workflow.js';
import { digestOf } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import { describePromotion, describeRelease } from '../../core/run-description.js';
import { registerProduct } from '../../store/product/write.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { releaseSteps } from '../../store/release/steps.js';
import { openedUpdate, type PromotionInput, promotionWorkflowType } from '../../workflows/promotion/contract.js';
import {
  openedUpdate as openedReleaseUpdate,
  type ReleaseInput,
  releaseStatusQuery,
  releaseWorkflowType,
} from '../../workflows/release/contract.js';
import { type Engine, startEngine } from '../support/engine.js';
import { repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';
import { smallProduct } from '../support/small-product.js';
import { eventually } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const inputOf = (bundle: PromotionInput['bundle']): PromotionInput => ({
  tenant: 'default',
  product: 'shop',
  lane: 'silver',
  bundle,
});

function startPromotion(input: PromotionInput) {
  const { tenant, product, lane, bundle, kind } = input;
  return startOrJoin(engine.client, {
    ...{ workflowType: promotionWorkflowType, workflowId: workflowIds.promotion(tenant, product, lane, bundle, kind) },
    ...{ input, description: describePromotion(input), opened: openedUpdate },
    isOver: () => false,
  });
}

function startRelease(input: ReleaseInput) {
  const { tenant, product, revision } = input;
  return startOrJoin(engine.client, {
    ...{ workflowType: releaseWorkflowType, workflowId: workflowIds.release(tenant, product, revision) },
    ...{ input, description: describeRelease(input), opened: openedReleaseUpdate },
    isOver: () => false,
  });
}

describe('starting a promotion', () => {
  test('answers with the record that it has opened, after its first round of gates, and so does joining it', async () => {
    const input = inputOf(await sealText(engine, 'opened'));
    const { reply, joined } = await startPromotion(input);
    expect([reply.state, joined]).toEqual(['GATING', false]);
    const record = await engine.database.transaction('default', (tx) => requirePromotion(tx, reply.promotionId));
    expect(record).toMatchObject({ bundle: input.bundle, state: 'GATING' });
    // What was enrolled at the start of the engine may have led to another round meanwhile.
    expect(record.gateRound).toBeGreaterThanOrEqual(1);
    expect(await startPromotion(input)).toEqual({ reply, joined: true });
  });

  test('fails with why the record is not opened, with the code of that', async () => {
    await expect(startPromotion(inputOf(digestOf('never sealed')))).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_BUNDLE' },
    });
  });

  test('is refused when somebody else has taken its id, whatever that run answers', async () => {
    const input = inputOf(await sealText(engine, 'taken'));
    const workflowId = workflowIds.promotion('default', 'shop', 'silver', input.bundle);
    const squatter = await engine.client.workflow.start('lane', { workflowId, taskQueue: 'elsewhere', args: [input] });
    await expect(startPromotion(input)).rejects.toMatchObject({ code: 'CONFLICT', object: `workflow ${workflowId}` });
    await squatter.terminate();
  });
});

describe('a release of a registered product', () => {
  test('is on record while its commit is fetched, with its steps, and joined by whoever starts it again', async () => {
    const { folder, revision } = await repositoryOf(
      join(await scratchFolder(), 'r'),
      smallProduct({ build: 'sleep 300', name: 'slow' }),
    );
    await engine.database.transaction('default', (tx) => registerProduct(tx, { name: 'slow', repository: folder }));
    const input: ReleaseInput = { tenant: 'default', product: 'slow', revision, repository: folder };
    const { reply, joined } = await startRelease(input);
    expect([reply.state, joined]).toEqual(['RUNNING', false]);
    expect(await startRelease(input)).toEqual({ reply, joined: true });
    const handle = engine.client.workflow.getHandle(workflowIds.release('default', 'slow', revision));
    const steps = () => engine.database.transaction('default', (tx) => releaseSteps(tx, reply.releaseId));
    await eventually(async () => {
      expect((await steps()).map(({ id, state }) => [id, state])).toEqual(
        expect.arrayContaining([
          ['fetch', 'DONE'],
          ['build/web', 'RUNNING'],
          ['seal', 'WAITING'],
        ]),
      );
    });
    expect((await steps()).map(({ id }) => id)).toEqual(
      (await handle.query(releaseStatusQuery)).steps.map(({ id }) => id),
    );
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await steps()).find(({ id }) => id === 'build/web')?.state).toBe('FAILED');
  });

  test('whose commit does not exist is on record with why it failed, which a new product would not be', async () => {
    const { folder } = await repositoryOf(join(await scratchFolder(), 'r'), smallProduct({ name: 'known' }));
    await engine.database.transaction('default', (tx) => registerProduct(tx, { name: 'known', repository: folder }));
    const revision = 'f'.repeat(40);
    const { reply } = await startRelease({ tenant: 'default', product: 'known', revision, repository: folder });
    await expect(
      engine.client.workflow.getHandle(workflowIds.release('default', 'known', revision)).result(),
    ).rejects.toThrow();
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query("select state, error->>'code' as code, tree from releases where id = $1", [reply.releaseId]),
    );
    expect(rows).toEqual([{ state: 'FAILED', code: 'UNKNOWN_REVISION', tree: null }]);
  });

  test('from another repository than its product is bound to is refused, and leaves no record', async () => {
    const { folder, revision } = await repositoryOf(join(await scratchFolder(), 'r'), smallProduct({ name: 'bound' }));
    await engine.database.transaction('default', (tx) => registerProduct(tx, { name: 'bound', repository: folder }));
    const elsewhere = { tenant: 'default', product: 'bound', revision, repository: '/elsewhere' };
    await expect(startRelease(elsewhere)).rejects.toMatchObject({ cause: { type: 'WRONG_REPOSITORY' } });
    const releases = "select 1 from releases where product = 'bound'";
    expect(await engine.database.transaction('default', (tx) => tx.query(releases))).toEqual([]);
  });
});
