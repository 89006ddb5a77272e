import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { provenanceStatement } from '../../core/evidence/provenance.js';
import { type Statement, statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { workflowIds } from '../../core/ids.js';
import type { Manifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { commitObject } from '../support/commit-object.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type Foreign, startForeign } from '../support/foreign-workflow.js';
import { repositoryOf } from '../support/git-repository.js';
import { expectRefusal } from '../support/refusal.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';
import { smallProduct } from '../support/small-product.js';

/**
 * An attacker with access to Temporal alone: with a workflow of their own, on a worker that polls only their own queue,
 * they schedule our activities on our queues with any input, or without any workflow.
 */
let engine: Engine;
let foreign: Foreign;
beforeAll(async () => {
  engine = await startEngine();
  foreign = await startForeign(engine);
}, 300_000);
afterAll(async () => {
  await foreign.close();
  await engine.close();
});

async function rows(sql: string, ...values: string[]): Promise<Record<string, unknown>[]> {
  return engine.database.transaction('default', (tx) => tx.query(sql, values));
}

const expectRefused = (attack: () => Promise<unknown>) => expectRefusal(engine.database, attack);

const store = (statement: Statement): Promise<Digest> => engine.blobs.put(statementBytes(statement));

/** An image of ours, with the manifest of its sealed bundle. */
async function sealedManifest(text: string): Promise<Manifest> {
  const bundle = await sealText(engine, text);
  const { manifest } = await engine.database.transaction('default', (tx) => requireBundle(tx, bundle));
  return JSON.parse(manifest) as Manifest;
}

/** Where the attack comes from: a workflow id that is free, and the type name that ours has. */
const disguises = [
  ['a workflow of their own', {}],
  ['a workflow that calls itself release', { workflowType: 'release' }],
  [
    'a run under a canonical workflow id',
    { workflowType: 'release', workflowId: workflowIds.release('default', 'shop', 'a'.repeat(40)) },
  ],
] as const;

describe.each(disguises)('from %s', (_from, disguise) => {
  const call = (queue: string, activity: string, input: unknown) => foreign.call(queue, activity, [input], disguise);

  test('the build key signs nothing, neither a statement of the attacker nor one of ours', async () => {
    const [image] = (await sealedManifest('signed by nobody')).images;
    const subject = subjectOf('web', image!.digest);
    await expectRefused(async () =>
      call(taskQueues.sign, 'signStatement', {
        statement: await store(statementOf(predicateTypes.signature, [subject], {})),
      }),
    );
    const at = '2026-03-01T09:00:00.000Z';
    const provenance = provenanceStatement({
      ...{ subject, repository: 'https://bank.example/core.git', revision: 'a'.repeat(40), service: 'web' },
      tree: 'e'.repeat(40),
      ...{ commands: [], nodeVersion: 'v20', invocationId: 'release/default/bank/x/y', startedOn: at, finishedOn: at },
    });
    const statement = await store(provenance);
    await expectRefused(() => call(taskQueues.sign, 'signStatement', { statement }));
  });

  test('no invented manifest is sealed', async () => {
    const { sdkManifests: _none, ...manifest } = await sealedManifest('never sealed twice');
    const invented = { ...manifest, source: { ...manifest.source, subject: 'trust me' } };
    await expectRefused(() => call(taskQueues.control, 'sealRelease', { manifest: invented }));
  });

  test('no release is opened, and no product is moved to another repository', async () => {
    await sealedManifest('a product');
    const commit = await engine.blobs.put(commitObject().bytes);
    const input = { releaseId: crypto.randomUUID(), repository: '/evil', commit };
    await expectRefused(() => call(taskQueues.control, 'openRelease', input));
    expect(await rows("select repository from products where name = 'shop'")).toEqual([{ repository: '/shop' }]);
  });

  test('no command runs on the build worker', async () => {
    const proof = join(await scratchFolder(), 'proof');
    const files = smallProduct({ name: 'shop', build: `touch ${proof}`, test: `touch ${proof}` });
    const { folder } = await repositoryOf(await scratchFolder(), files);
    const [archive, commit] = [await engine.blobs.put('a tar'), await engine.blobs.put(commitObject().bytes)];
    const input = { archive, commit, repository: folder };
    for (const [activity, rest] of Object.entries({
      buildImage: { service: 'web' },
      packSdk: { sdk: 'sdk' },
      qualifyImage: { service: 'web', images: [] },
    }))
      await expectRefused(() => call(taskQueues.build, activity, { ...input, ...rest }));
    await expectRefused(() => call(taskQueues.build, 'fetchSource', { repository: folder }));
    await expect(access(proof)).rejects.toThrow();
  });
});
