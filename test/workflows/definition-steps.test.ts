import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import { rowsOf, stateOf } from '../support/attack-scene.js';
import { promotionEvents } from '../support/event-tables.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { placedIn } from '../support/phases.js';
import { deskOf, type PolicyDesk, publish } from '../support/policy-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  desk = deskOf(engine, api);
});
afterAll(async () => {
  await api.close();
  await engine.close();
});

/** Publishes the definition of a product that takes bronze by these steps. @returns `name@version` */
async function define(product: string, steps: string): Promise<string> {
  const text = `apiVersion: lanekeeper.dev/v1
kind: PromotionDefinition
metadata: { name: ${product} }
spec:
  lanes: { bronze: { steps: ${steps} }, silver: {}, gold: {} }
`;
  const { version } = await publish(desk, text, { kind: 'definition', name: product });
  return `${product}@${String(version)}`;
}

/** Promotes a bundle of a product into bronze. */
const intoBronze = (product: string, bundle: Digest) => engine.promote({ product, lane: 'bronze', bundle });

/** The phases through which a promotion has gone on its way into its lane. */
async function phasesOf(id: string): Promise<string> {
  const rows = await rowsOf<{ to: string }>(
    engine,
    `select data->>'to' as to from ${promotionEvents} e where promotion_id = $1 and type = 'promotion.transitioned' order by id`,
    id,
  );
  return rows.map(({ to }) => to).join(' ');
}

/** What a record and its run say that the promotion is measured against and runs. */
async function pinnedBy(handle: PromotionHandle): Promise<unknown> {
  const [row] = await rowsOf<{ policy_digest: string; definition: string }>(
    engine,
    'select policy_digest, definition from promotions where id = $1',
    await engine.recordOf(handle),
  );
  return row;
}

/** A service that becomes healthy, and answers visitors rightly only after a time. */
const rightAfter = (ms: number) => `const http = require('node:http');
const begun = Date.now();
http.createServer((request, response) => {
  if (request.url !== '/healthz' && Date.now() - begun < ${String(ms)}) response.statusCode = 503;
  response.end('ok');
}).listen(Number(process.env.PORT), process.env.HOST);
`;

describe('a lane that is taken without a guard', () => {
  test('goes live by the other steps, and every door says by which', async () => {
    const definition = await define('plain', '[deploy, verify]');
    const bundle = await sealText(engine, 'without a guard', { product: 'plain' });
    const handle = await intoBronze('plain', bundle);
    await engine.reached(handle, 'LIVE');
    const id = await engine.recordOf(handle);
    expect(await phasesOf(id)).toMatch(/QUEUED DEPLOYING VERIFYING LIVE$/);
    const words = `${definition}: deploy, verify`;
    expect((await api.lane('dev', 'why', id)).stdout).toContain(`definition: ${words}`);
    expect((await api.lane('dev', 'plan', bundle, '--to', 'bronze')).stdout).toMatch(
      new RegExp(`definition: +${words}`),
    );
    expect((await api.lane('dev', 'policy', 'explain', 'plain', '--lane', 'bronze')).stdout).toMatch(
      new RegExp(`definition: +${words}`),
    );
    expect((await api.lane('dev', 'get', 'promotions', '--product', 'plain')).stdout).toContain(definition);
    const { policy } = await api.clients('dev').governance.resolveSnapshot({ product: 'plain', lane: Lane.BRONZE });
    expect(policy?.policy?.steps.map(({ name }) => name)).toEqual(['deploy', 'verify']);
    expect(policy?.policy?.digest).toBe((await handle.query(statusQuery)).policyDigest);
  });

  test('serves no changed bytes, because the target hashes again what it unpacks, and goes back to what was live', async () => {
    await define('tampered', '[deploy, verify]');
    const good = await sealText(engine, 'as it was built', { product: 'tampered' });
    await engine.reached(await intoBronze('tampered', good), 'LIVE');
    const bundle = await sealText(engine, 'to be changed', { product: 'tampered' });
    const [image] = await rowsOf<{ digest: string }>(
      engine,
      "select digest from artifacts where bundle_digest = $1 and kind = 'image'",
      bundle,
    );
    const blob = (digest: string) => join(engine.dataDir, 'blobs', 'sha256', digest.slice(7));
    const { layers } = JSON.parse(await readFile(blob(image!.digest), 'utf8')) as { layers: { digest: string }[] };
    await writeFile(blob(layers.at(-1)!.digest), 'another application');
    const result = await (await intoBronze('tampered', bundle)).result();
    expect(result).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('blob') });
    const [live] = await rowsOf<{ bundle_digest: string }>(
      engine,
      "select bundle_digest from promotions where product = $1 and state = 'LIVE'",
      'tampered',
    );
    expect(live?.bundle_digest).toBe(good);
  });
});

describe('a definition that is published', () => {
  test('after the grant changes nothing: the promotion takes its lane by the steps that were pinned', async () => {
    const granted = await define('frozen', '[guard, deploy, verify]');
    const placed = await placedIn['GUARDING']!(engine, 'frozen');
    const before = await pinnedBy(placed.handle);
    expect(before).toMatchObject({ definition: granted });
    await define('frozen', '[deploy, { verify: { within: 30s } }]');
    await placed.handle.signal('changed');
    await placed.release();
    await until(async () => (await stateOf(engine, placed.id)) === 'LIVE', 'the promotion to be live');
    expect(await pinnedBy(placed.handle)).toEqual(before);
    expect(await phasesOf(placed.id)).toMatch(/QUEUED GUARDING DEPLOYING VERIFYING LIVE$/);
  });

  test('before the grant is the one that the promotion runs, visibly', async () => {
    await define('waits', '[guard, deploy, verify]');
    const placed = await placedIn['QUEUED']!(engine, 'waits');
    const newer = await define('waits', '[deploy, verify]');
    await until(
      async () => ((await pinnedBy(placed.handle)) as { definition: string }).definition === newer,
      'the newer definition to be pinned',
    );
    await placed.release();
    await until(async () => (await stateOf(engine, placed.id)) === 'LIVE', 'the promotion to be live');
    expect(await phasesOf(placed.id)).toMatch(/QUEUED DEPLOYING VERIFYING LIVE$/);
  });
});

describe('a target that answers wrongly at first', () => {
  const promoted = async (product: string, steps: string, source: string) => {
    await define(product, steps);
    return intoBronze(product, await sealText(engine, product, { product, source }));
  };

  test('goes live when it answers rightly within the time that its definition gives', async () => {
    const handle = await promoted('patient', '[guard, deploy, { verify: { within: 20s } }]', rightAfter(2_000));
    await engine.reached(handle, 'LIVE');
  });

  test('fails at once where none is given, and when the time is over', async () => {
    const verdict = { state: 'FAILED', reason: expect.stringContaining('does not serve bundle') };
    expect(await (await promoted('impatient', '[guard, deploy, verify]', rightAfter(60_000))).result()).toMatchObject(
      verdict,
    );
    const handle = await promoted('late', '[guard, deploy, { verify: { within: 1s } }]', rightAfter(60_000));
    expect(await handle.result()).toMatchObject(verdict);
  });
});
