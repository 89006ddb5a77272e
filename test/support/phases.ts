import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { type Digest, hexOf } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { neverHealthy, pendingActivityOf, stateOf, type Target } from './attack-scene.js';
import type { Engine } from './engine.js';
import { attachPreviewCheck, sealText } from './sealed-bundle.js';
import { until } from './until.js';

const { PENDING_ACTIVITY_STATE_PAUSED } = temporal.api.enums.v1.PendingActivityState;

/** A promotion that stays in one phase for long enough to be attacked there, on a product of its own. */
export interface Placed extends Target {
  readonly product: string;
  readonly lane: Lane;
  /** Takes the obstacle away that keeps it in its phase. */
  readonly release: () => Promise<void>;
}

/** A service that becomes healthy, and then takes long to answer visitors: its promotion stays in VERIFYING. */
const slowToAnswer = `const http = require('node:http');
http.createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  setTimeout(() => response.end('late'), 4_000);
}).listen(Number(process.env.PORT), process.env.HOST);
`;

/** Makes a file of a bundle unreadable, which is technical trouble and no verdict: its promotion stays in GUARDING. */
export async function breakDisk(engine: Engine, bundle: Digest): Promise<() => Promise<void>> {
  const stored = await engine.database.transaction('default', (tx) => requireBundle(tx, bundle));
  const checksum = parseManifest(stored.manifest).images[0]?.sboms[0]?.checksum;
  if (checksum === undefined) throw new Error('the bundle has no SBOM');
  const path = join(engine.dataDir, 'blobs', 'sha256', hexOf(checksum));
  await rename(path, `${path}.kept`);
  await mkdir(path);
  return async () => {
    await rm(path, { recursive: true, force: true });
    await rename(`${path}.kept`, path).catch(() => undefined);
  };
}

async function place(
  engine: Engine,
  product: string,
  about: { lane: Lane; bundle: Digest; request?: unknown },
  phase: string,
  release: () => Promise<void> = () => Promise.resolve(),
): Promise<Placed> {
  const handle = await engine.promote({ product, ...about });
  const id = await engine.recordOf(handle);
  await until(async () => (await stateOf(engine, id)) === phase, `${product} to be ${phase}`, 90_000);
  return { product, lane: about.lane, bundle: about.bundle, handle, id, release };
}

async function live(engine: Engine, product: string, lane: Lane, text: string): Promise<Placed> {
  return place(engine, product, { lane, bundle: await sealText(engine, `${product} ${text}`, { product }) }, 'LIVE');
}

async function waitingForPeople(engine: Engine, product: string): Promise<Placed> {
  const bundle = await sealText(engine, `${product} waits for people`, { product });
  await place(engine, product, { lane: 'bronze', bundle }, 'LIVE');
  await attachPreviewCheck(engine, bundle, { product });
  await place(engine, product, { lane: 'silver', bundle }, 'LIVE');
  const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle }, { product });
  return place(engine, product, { lane: 'gold', bundle, request }, 'AWAITING_APPROVAL');
}

async function behindBrokenDisk(engine: Engine, product: string): Promise<Placed> {
  await live(engine, product, 'bronze', 'before');
  const bundle = await sealText(engine, `${product} cannot be read`, { product });
  return paused(
    engine,
    await place(engine, product, { lane: 'bronze', bundle }, 'GUARDING', await breakDisk(engine, bundle)),
  );
}

/** A step that somebody ends without its having recorded anything is technical trouble, at once and not after all attempts. */
async function withEndedStep(engine: Engine, product: string): Promise<Placed> {
  const placed = await behindBrokenDisk(engine, product);
  await engine.client.workflowService.respondActivityTaskCompletedById({
    ...{ namespace: 'default', workflowId: placed.handle.workflowId, activityId: await pendingActivityOf(placed) },
    identity: 'somebody else',
  });
  await until(async () => (await stateOf(engine, placed.id)) === 'ERRORED', `${product} to be ERRORED`);
  return placed;
}

/**
 * Pauses the step of a promotion with the stock command line, so that it is not attempted again and does not run out of
 * attempts meanwhile. Releasing it lets it go on.
 */
export async function paused(engine: Engine, placed: Placed): Promise<Placed> {
  const { workflowId } = placed.handle;
  const about = ['--workflow-id', workflowId, '--activity-id', await pendingActivityOf(placed)];
  const { code, stderr } = engine.temporal.cli('activity', 'pause', ...about);
  if (code !== 0) throw new Error(stderr);
  return {
    ...placed,
    release: async () => {
      await placed.release();
      // A run that has ended needs no step any more.
      engine.temporal.cli('activity', 'unpause', ...about);
    },
  };
}

/** Waits until the attempt that was under way has ended: one that outlasts the obstacle would succeed. */
export async function attemptEnded({ handle, product }: Placed): Promise<void> {
  await until(async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.[0]?.state === PENDING_ACTIVITY_STATE_PAUSED;
  }, `the step of ${product} to be paused`);
}

export async function behindAnother(engine: Engine, product: string): Promise<Placed> {
  const holder = await behindBrokenDisk(engine, product);
  const bundle = await sealText(engine, `${product} queues`, { product });
  return place(engine, product, { lane: 'bronze', bundle }, 'QUEUED', holder.release);
}

async function withSource(engine: Engine, product: string, source: string, phase: string): Promise<Placed> {
  await live(engine, product, 'bronze', 'before');
  const bundle = await sealText(engine, `${product} ${phase}`, { product, source });
  return place(engine, product, { lane: 'bronze', bundle }, phase);
}

/** How a promotion is brought into each phase that is not an end, on a product with the given name. */
export const placedIn: Readonly<Record<string, (engine: Engine, product: string) => Promise<Placed>>> = {
  GATING: async (engine, product) =>
    place(
      engine,
      product,
      { lane: 'silver', bundle: await sealText(engine, `${product} waits`, { product }) },
      'GATING',
    ),
  AWAITING_APPROVAL: waitingForPeople,
  QUEUED: behindAnother,
  GUARDING: behindBrokenDisk,
  DEPLOYING: (engine, product) => withSource(engine, product, neverHealthy, 'DEPLOYING'),
  VERIFYING: (engine, product) => withSource(engine, product, slowToAnswer, 'VERIFYING'),
  LIVE: (engine, product) => live(engine, product, 'bronze', 'is live'),
  ERRORED: withEndedStep,
};
