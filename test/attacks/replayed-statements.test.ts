import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failureOf } from '../support/failures.js';
import type { Engine } from '../support/engine.js';
import {
  approveByTwo,
  decide,
  isIn,
  readyForGold,
  recordOf,
  rowsOf,
  signedFor,
  startReconcilingEngine,
  stateOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import { type Placed, placedIn } from '../support/phases.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startReconcilingEngine();
});
afterAll(() => engine.close());

/** How often something was recorded about a promotion. */
async function count(target: Target, condition: string): Promise<number> {
  const sql = `select count(*)::int as n from decisions where promotion_id = $1 and ${condition}`;
  return (await rowsOf<{ n: number }>(engine, sql, target.id))[0]?.n ?? 0;
}

describe('a retry', () => {
  let target: Placed;
  const guarded = async () => {
    const sql = `select count(*)::int as n from ${promotionEvents} e
      where promotion_id = $1 and data->>'to' = 'GUARDING'`;
    return (await rowsOf<{ n: number }>(engine, sql, target.id))[0]?.n;
  };
  beforeAll(async () => {
    target = await placedIn['ERRORED']!(engine, 'retried');
  });

  test('that was used does not retry a second failure', async () => {
    const about = { verb: 'retry', lane: target.lane, bundle: target.bundle, promotionId: target.id } as const;
    const statement = await engine.sign('dev', about, { product: target.product });
    expect(await decide(engine, target, statement, 'retry')).toMatchObject({ accepted: true });
    await until(async () => (await guarded()) === 2, 'the second attempt');
    await isIn(engine, target.id, 'ERRORED', 90_000);
    for (const update of ['retry', 'decide'])
      expect((await decide(engine, target, statement, update)).text).toContain('it had been sent before');
    await target.handle.signal('decision', statement);
    // A statement that counts is handled after the ones before it.
    const abort = await engine.sign('dev', { ...about, verb: 'abort' }, { product: target.product });
    expect(await decide(engine, target, abort)).toMatchObject({ accepted: true });
    expect(await guarded()).toBe(2);
    expect(await count(target, "verb = 'retry'")).toBe(1);
    await target.release();
  });
});

describe('an approval', () => {
  let target: Target;
  let approval: unknown;
  beforeAll(async () => {
    target = await waitingForApproval(engine, 'approved often');
    approval = await signedFor(engine, target, 'alice');
  });

  test('that is sent through both doors again counts once', async () => {
    for (let times = 0; times < 3; times += 1) {
      await decide(engine, target, approval);
      await target.handle.signal('decision', approval);
    }
    expect((await decide(engine, target, approval)).text).toContain('it had been sent before');
    expect(await count(target, "verb = 'approve'")).toBe(1);
    expect(await stateOf(engine, target.id)).toBe('AWAITING_APPROVAL');
  });

  test.each(['approve', 'reject', 'abort'] as const)('gives its nonce to no other statement: %s', async (verb) => {
    const nonce = 'used-by-alice-only-once';
    const about = { lane: 'gold', bundle: target.bundle, promotionId: target.id } as const;
    await decide(engine, target, await engine.sign('alice', { ...about, verb: 'approve' }, { nonce }));
    const other = await engine.sign('alice', { ...about, verb }, { nonce, comment: 'another one' });
    expect((await decide(engine, target, other)).text).toContain('DECISION_REPLAYED');
    expect(await stateOf(engine, target.id)).toBe('AWAITING_APPROVAL');
  });

  test('does not count for a promotion of another bundle to the same lane', async () => {
    const other = await waitingForApproval(engine, 'another bundle');
    expect(await decide(engine, other, approval)).toMatchObject({ accepted: false });
    await other.handle.signal('decision', approval);
    const own = await signedFor(engine, other, 'bob');
    expect(await decide(engine, other, own)).toMatchObject({ accepted: true, state: 'AWAITING_APPROVAL' });
    expect(await count(other, "accepted and verb = 'approve'")).toBe(1);
  });

  test('does not count for the next promotion of the same bundle to the same lane', async () => {
    const abort = await signedFor(engine, target, 'dev', 'abort');
    expect(await decide(engine, target, abort)).toMatchObject({ accepted: true, state: 'ABORTED' });
    const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle: target.bundle });
    const handle = await engine.promote({ lane: 'gold', bundle: target.bundle, request });
    const next = { bundle: target.bundle, handle, id: await recordOf(engine, handle.workflowId, target.id) };
    await isIn(engine, next.id, 'AWAITING_APPROVAL');
    expect(next.id).not.toBe(target.id);
    expect(await decide(engine, next, approval)).toMatchObject({ accepted: false });
    await approveByTwo(engine, next);
  });
});

describe('a request', () => {
  test('that started one promotion does not start the next', async () => {
    const first = await waitingForApproval(engine, 'requested once');
    const request = await rowsOf<{ checksum: `sha256:${string}` }>(
      engine,
      'select a.checksum from promotions p join attestations a on a.id = p.request_attestation_id where p.id = $1',
      first.id,
    );
    const statement = JSON.parse((await engine.blobs.get(request[0]!.checksum)).toString()) as unknown;
    await decide(engine, first, await signedFor(engine, first, 'dev', 'abort'));
    const again = await engine.promote({ lane: 'gold', bundle: first.bundle, request: statement });
    expect(await failureOf(again.result())).toMatchObject({ type: 'DECISION_REPLAYED' });
  });

  test('that was refused at the start is used up, and is refused later too, when it would be valid', async () => {
    const bundle = await readyForGold(engine, 'refused first');
    const early = { issuedAt: new Date(Date.now() + 63_000).toISOString() };
    const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle }, early);
    const refused = await engine.promote({ lane: 'gold', bundle, request });
    expect(await failureOf(refused.result())).toMatchObject({ type: 'DECISION_MISMATCH' });
    const opened = () => rowsOf(engine, 'select 1 from promotions where workflow_id = $1', refused.workflowId);
    expect(await opened()).toEqual([]);
    const handle = await engine.promote({ lane: 'gold', bundle });
    const target = { bundle, handle, id: await recordOf(engine, handle.workflowId) };
    const valid = () => Date.parse(early.issuedAt) < Date.now() + 60_000;
    await until(valid, 'the request to be valid');
    expect(await decide(engine, target, request)).toMatchObject({
      accepted: false,
      text: expect.stringContaining('it was refused before'),
    });
    expect(await count(target, "verb = 'request' and accepted")).toBe(0);
  });
});
