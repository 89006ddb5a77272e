import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import { readPlan } from '../../activities/policy/read-plan.js';
import type { Digest } from '../../core/digest.js';
import { timelineOf } from '../../core/plan/timeline.js';
import type { Schedule } from '../../core/promotion/schedule.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import { policyFolder } from '../support/authorship-scene.js';
import type { Engine } from '../support/engine.js';
import { randomFrom } from '../support/random-messages.js';
import { put, retire, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { type SkippingEngine, startSkippingEngine } from '../support/skipping-engine.js';

/** Silver wants six hours in bronze, and to be entered in working hours. */
const policy = `
apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: people }
spec:
  gates:
    - { id: soaked, type: COMPLIANCE, lanes: [silver], soak: { lane: bronze, for: 6h }, message: wait }
    - id: hours
      type: FREEZE
      lanes: [silver]
      window: { zone: Europe/Berlin, open: [{ from: '08:00', to: '18:00' }] }
      message: wait
`;

const hour = 3_600_000;
const minute = 60_000;

let policiesDir: string;
let skipping: SkippingEngine;
let engine: Engine;
beforeAll(async () => {
  policiesDir = await policyFolder({ default: policy });
  skipping = await startSkippingEngine({ policiesDir });
  ({ engine } = skipping);
});
afterAll(async () => {
  await skipping.close();
  await rm(policiesDir, { recursive: true, force: true });
});
afterEach(() => retire(engine, 'dev', { kind: 'window', name: 'xmas' }));

const after = (ms: number): Date => new Date(skipping.now().getTime() + ms);

/** Freezes silver for some hours from some hours on. */
async function freeze(fromHours: number, forHours: number): Promise<void> {
  const wall = (ms: number) => after(ms).toISOString().slice(0, 16);
  const times = { zone: 'UTC', begins: wall(fromHours * hour), ends: wall((fromHours + forHours) * hour) };
  await put(engine, 'dev', windowOf('xmas', { kind: 'FREEZE', reason: 'rest', lanes: ['silver'], ...times }));
}

/** What a plan says of silver, as whoever answers and whoever decides reads it. */
function planned(bundle: Digest, schedule: Schedule) {
  const deps = {
    ...{ blobs: engine.stores, cache: new EvidenceCache() },
    rules: new PolicyBook(engine.database, engine.policyRoots),
  };
  const about = { product: 'shop', lane: 'silver', bundle, kind: 'PROMOTION', requester: 'dev', schedule } as const;
  return whenPrepared(deps, 'default', (known) =>
    engine.database.transaction('default', async (tx) => {
      const now = skipping.now();
      const { digest, scene } = await readPlan(tx, known, about, { now });
      return { digest, earliest: timelineOf(scene, now).earliest ?? new Date(Number.NaN) };
    }),
  );
}

async function request(bundle: Digest, plan: Digest, schedule: Schedule) {
  const instants = { issuedAt: after(-1_000).toISOString(), expiresAt: after(hour).toISOString() };
  const about = { verb: 'request', lane: 'silver', bundle } as const;
  const signed = await engine.sign('dev', about, { ...instants, ...schedule, plan });
  return engine.promote({ lane: 'silver', bundle, request: signed });
}

const seed = 19;
const random = randomFrom(seed);
const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const scenes = Array.from({ length: 5 }, (_, index) => ({
  ...{ index, freezesIn: between(1, 6), freezesFor: between(1, 40), scheduledIn: between(1, 60) },
}));

describe('a promotion by a plan', () => {
  test.each(scenes)(
    'is live at the planned instant and waits a minute before, where $freezesFor h of freeze begin in $freezesIn h and it is scheduled in $scheduledIn h',
    async ({ index, freezesIn, freezesFor, scheduledIn }) => {
      const bundle = await sealText(engine, `planned ${String(index)}`, { authorEmail: 'dev@example.com' });
      await engine.bringTo(bundle, 'bronze');
      await freeze(freezesIn, freezesFor);
      const schedule = { notBefore: after(scheduledIn * hour).toISOString() };
      const { digest, earliest } = await planned(bundle, schedule);
      const handle = await request(bundle, digest, schedule);
      await engine.reached(handle, 'GATING', 'QUEUED');
      // Whether it is told at once or step by step: what it waits for has changed in between.
      await skipping.pass((earliest.getTime() - skipping.now().getTime()) / 2);
      await skipping.pass(earliest.getTime() - skipping.now().getTime() - minute);
      expect(await engine.reached(handle, 'GATING', 'QUEUED')).not.toContain('deploy');
      expect(['GATING', 'QUEUED']).toContain((await handle.query(statusQuery)).state);
      await skipping.pass(minute + 1_000);
      await engine.reached(handle, 'LIVE');
    },
  );

  test('is refused where what it rests on has changed since, by whoever decides', async () => {
    const bundle = await sealText(engine, 'planned, and then', { authorEmail: 'dev@example.com' });
    await engine.bringTo(bundle, 'bronze');
    const { digest } = await planned(bundle, {});
    await freeze(1, 2);
    const handle = await request(bundle, digest, {});
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PLAN_STALE' } });
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query("select id from promotions where bundle_digest = $1 and lane = 'silver'", [bundle]),
    );
    expect(rows).toEqual([]);
  });
});
