import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClients } from '../../apps/cli/connection/clients.js';
import type { Digest } from '../../core/digest.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { ReplayEffect, type ReplayedDecision, ReplayOutcome, type ReplayTotals } from '#gen/governance/v1/replay_pb.js';
import { asOwner, inPhase } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { endless, impossible, policyOf, scanned, testsPassed } from '../support/replay-policies.js';
import { sealText } from '../support/sealed-bundle.js';
import { addStranger } from '../support/second-tenant.js';

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  bundle = await sealText(engine, 'replayed');
  await inPhase(engine, 'bronze', bundle, 'LIVE');
  // Silver waits for a preview check.
  await inPhase(engine, 'silver', bundle, 'GATING');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

type Request = Parameters<ReturnType<ApiOnEngine['clients']>['replays']['replayDecisions']>[0];

/** A replay from its beginning to its end. */
async function replay(request: Request, clients = api.clients('dev')) {
  let totals: ReplayTotals | undefined;
  const changed: ReplayedDecision[] = [];
  const done: boolean[] = [];
  for await (const response of clients.replays.replayDecisions(request)) {
    totals = response.totals;
    changed.push(...response.changed);
    done.push(response.done);
  }
  expect(done.indexOf(true)).toBe(done.length - 1);
  return { totals, changed };
}

const failing = (request: Request, clients = api.clients('dev')): Promise<unknown> =>
  replay(request, clients).then(
    () => 'no error',
    (error: unknown) => error,
  );

const refusal = (code: string) => expect.objectContaining({ cause: expect.objectContaining({ code }) });

describe('decisions under a proposed policy', () => {
  test('would have been blocked, or let through, each with the gates that change and why', async () => {
    const { totals, changed } = await replay({ policy: policyOf(testsPassed, `lanes: [bronze], ${impossible}`) });
    const rounds = changed.map(({ lane, effect }) => [lane, effect]);
    expect(rounds).toContainEqual([Lane.BRONZE, ReplayEffect.BLOCKED]);
    expect(rounds).toContainEqual([Lane.SILVER, ReplayEffect.LET_THROUGH]);
    expect(totals?.decisions).toBe(changed.length);
    expect((totals?.blocked ?? 0) + (totals?.letThrough ?? 0)).toBe(changed.length);
    const blocked = changed.find(({ effect }) => effect === ReplayEffect.BLOCKED);
    expect(blocked).toMatchObject({
      product: 'shop',
      bundleDigest: bundle,
      before: ReplayOutcome.PASS,
      after: ReplayOutcome.OPEN,
    });
    expect(blocked?.gates.find(({ gateId }) => gateId === 'impossible')).toMatchObject({
      after: { verdict: Verdict.PENDING, explanation: expect.stringContaining('does not hold') },
      missing: [],
    });
  });

  test('are not known where a gate asks for evidence of which none asked then', async () => {
    const { totals, changed } = await replay({ policy: policyOf(testsPassed, scanned), lane: Lane.BRONZE });
    expect(totals).toMatchObject({ unknown: changed.length, blocked: 0, letThrough: 0 });
    expect(changed[0]?.gates.find(({ gateId }) => gateId === 'scanned')).toMatchObject({
      after: { verdict: Verdict.UNSPECIFIED },
      missing: ['sast-report'],
    });
  });

  test('are evaluated with what the policy extends, as that is in force, and in the place of the one of its name', async () => {
    const extending = policyOf(impossible).replace('spec:', 'spec:\n  extends: default');
    const { changed } = await replay({ policy: extending, lane: Lane.BRONZE });
    expect(changed.map(({ gates }) => gates.map(({ gateId }) => gateId))).toEqual(changed.map(() => ['impossible']));
    expect(changed.length).toBeGreaterThan(0);
    const safe = policyOf(impossible).replace('name: proposed', 'name: default');
    expect((await replay({ policy: safe })).totals?.blocked).toBeGreaterThan(0);
  });

  test('are those of one product and lane, since an instant, as many as are asked for', async () => {
    const policy = policyOf(impossible);
    const counted = async (more: Request): Promise<number> =>
      (await replay({ policy, ...more })).totals?.decisions ?? -1;
    expect(await counted({ product: 'shop', limit: 1 })).toBe(1);
    expect(await counted({ lane: Lane.GOLD })).toBe(0);
    const later = BigInt(Math.ceil(Date.now() / 1_000) + 60);
    expect(await counted({ since: { $typeName: 'google.protobuf.Timestamp', seconds: later, nanos: 0 } })).toBe(0);
  });
});

describe('decisions as they were', () => {
  test('are as recorded, and one that was changed in the database is named', async () => {
    expect(await replay({})).toMatchObject({ totals: { differing: 0 }, changed: [] });
    const forge = (from: string, to: string) =>
      asOwner(engine, "update gate_rounds set outcome = $2 where outcome = $1 and tenant_id = 'default'", from, to);
    await forge('PASS', 'APPROVALS');
    const { totals, changed } = await replay({});
    expect(totals?.differing).toBe(changed.length);
    expect(changed[0]).toMatchObject({
      effect: ReplayEffect.UNSPECIFIED,
      differences: [{ part: 'outcome', recorded: '"APPROVALS"', replayed: '"PASS"' }],
    });
    await forge('APPROVALS', 'PASS');
  });
});

describe('a replay', () => {
  test('is refused to whoever has no token, and shows another tenant nothing', async () => {
    expect(await failing({}, createClients(api.url, 'lk_default_none'))).toEqual(refusal('UNAUTHENTICATED'));
    const stranger = createClients(api.url, (await addStranger(engine.cluster, 'other', 'mallory')).token);
    expect(await replay({}, stranger)).toMatchObject({
      totals: { decisions: 0 },
      changed: [],
    });
    expect(await failing({ product: 'shop' }, stranger)).toEqual(refusal('UNKNOWN_PRODUCT'));
  });

  test('is refused with a policy that has mistakes, that lies over one that is not in force, or that is too long, and of too many decisions', async () => {
    expect(await failing({ policy: 'gates: [', fileName: 'mine.yaml' })).toEqual(refusal('INVALID_POLICY'));
    const extending = policyOf(testsPassed).replace('spec:', 'spec:\n  extends: nothing');
    expect(await failing({ policy: extending })).toEqual(refusal('INVALID_POLICY'));
    expect(await failing({ policy: 'x'.repeat(262_145) })).toEqual(refusal('INVALID_INPUT'));
    expect(await failing({ limit: 10_001 })).toEqual(refusal('INVALID_INPUT'));
  });

  test('of a policy whose rules run away ends, keeps nobody else waiting, and nobody has two at a time', async () => {
    const mine = api.clients('dev');
    const begun = Date.now();
    const both = Promise.all([failing({ policy: policyOf(endless) }, mine), failing({ limit: 1 }, mine)]);
    expect((await mine.identity.whoAmI({})).principal?.name).toBe('dev');
    expect((await replay({ policy: policyOf(impossible) }, api.clients('alice'))).totals?.decisions).toBeGreaterThan(0);
    expect(await both).toContainEqual(refusal('LIMIT_EXCEEDED'));
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect((await replay({ limit: 1 }, mine)).totals?.decisions).toBe(1);
  });

  test('that its caller leaves ends, and frees its place', async () => {
    const mine = api.clients('dev');
    const leaving = new AbortController();
    const left = (async () => {
      for await (const _ of mine.replays.replayDecisions({ policy: policyOf(endless) }, { signal: leaving.signal }));
    })().catch(() => 'left');
    let second: unknown;
    do second = await failing({ limit: 1 }, mine);
    while (second === 'no error');
    leaving.abort();
    expect(await left).toBe('left');
    const begun = Date.now();
    while ((await failing({ limit: 1 }, mine)) !== 'no error') expect(Date.now() - begun).toBeLessThan(5_000);
  });
});
