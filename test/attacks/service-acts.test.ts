import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { noRules } from '../../activities/policy/rule-source.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import { readFacts } from '../../activities/policy/read-facts.js';
import { serviceActOf } from '../../activities/promotion/service-acts.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { decisionStatement } from '../../core/evidence/decision.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { serviceActStatement } from '../../core/evidence/service-act.js';
import { type Statement } from '../../core/evidence/statement.js';
import { requireBundle } from '../../store/bundle/read.js';
import { findAct, type StoredAct } from '../../store/promotion/acts.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  asOwner,
  decide,
  recordOf,
  rowsOf,
  snapshotOf,
  stateOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import { cosignVerify } from '../support/cosign.js';
import { type Engine, startEngine } from '../support/engine.js';
import { callFromForeignWorkflow, callStandalone } from '../support/foreign-call.js';
import { mutations } from '../support/mutations.js';
import { type Placed, placedIn } from '../support/phases.js';
import { scratchFolder } from '../support/scratch.js';
import { attach, sealText, signerOf } from '../support/sealed-bundle.js';
import { attestedOf, moveAt, statementOfAttestation, whenAttested } from '../support/service-acts.js';
import { eventually } from '../support/until.js';

let engine: Engine;
/** Ended by the service, and attested. */
let ended: Placed;
/** Ended by the service, with nothing that would attest it. */
let unattested: Placed;
/** Ended by a person. */
let aborted: Target;
beforeAll(async () => {
  engine = await startEngine({ reconcileEveryMs: 3_600_000 });
  ended = await terminatedWhileGuarding('ended');
  await engine.reconcile();
  await whenAttested(engine, ended);
  unattested = await terminatedWhileGuarding('unattested');
  const { firstRunId } = await promotionOf(unattested);
  await moveAt(engine, unattested, { type: 'run-ended', firstRunId });
  const bundle = await sealText(engine, 'aborted');
  const handle = await engine.promote({ lane: 'silver', bundle });
  aborted = { bundle, handle, id: await recordOf(engine, handle.workflowId) };
  await engine.reached(handle, 'GATING');
  const abort = await engine.sign('dev', { verb: 'abort', lane: 'silver', bundle, promotionId: aborted.id });
  await decide(engine, aborted, abort, 'abort');
  await handle.result();
});
afterAll(async () => {
  await ended.release();
  await unattested.release();
  await engine.close();
});

async function terminatedWhileGuarding(product: string): Promise<Placed> {
  const placed = await placedIn['GUARDING']!(engine, product);
  await placed.handle.terminate('by a test');
  return placed;
}

const promotionOf = (target: Target) => engine.database.transaction('default', (tx) => requirePromotion(tx, target.id));

async function actOf(target: Target): Promise<StoredAct> {
  const act = await engine.database.transaction('default', (tx) => findAct(tx, target.id));
  if (act === undefined) throw new Error(`the service did nothing to ${target.id}`);
  return act;
}

describe('the end of a promotion by the service', () => {
  const call = (target: Target, more: object = {}) => ({
    activity: 'attestPromotion',
    queue: taskQueues.sign,
    args: [{ tenant: 'default', promotionId: target.id, ...more }],
  });

  test('is attested for no foreign workflow and for no caller without one', async () => {
    const before = await snapshotOf(engine);
    for (const by of [callFromForeignWorkflow, callStandalone])
      expect(await by(engine.client, call(unattested))).toMatchObject({ ok: false, type: 'PERMISSION_DENIED' });
    expect(await snapshotOf(engine)).toEqual(before);
  });

  test('is attested by no input: one that names an event or an act is refused', async () => {
    const { id, type } = await actOf(ended);
    const { workflowId } = aborted.handle;
    for (const more of [{ event: { id, type } }, { eventId: id }, { act: 'abort' }, { cause: 'run-ended' }])
      expect(await callFromForeignWorkflow(engine.client, { ...call(aborted, more), workflowId })).toMatchObject({
        ok: false,
        type: 'INVALID_INPUT',
      });
    expect(await attestedOf(engine, aborted)).toEqual([]);
  });

  test('is not attested where a person ended it, even if its own workflow id asks', async () => {
    const before = await snapshotOf(engine);
    const { workflowId } = aborted.handle;
    expect(await callFromForeignWorkflow(engine.client, { ...call(aborted), workflowId })).toMatchObject({ ok: true });
    expect(await snapshotOf(engine)).toEqual(before);
    expect(await stateOf(engine, aborted.id)).toBe('ABORTED');
  });

  test('is what its own rows say when foreign code takes its workflow id, and nothing else', async () => {
    const { workflowId } = unattested.handle;
    const outcome = await callFromForeignWorkflow(engine.client, { ...call(unattested), workflowId });
    expect(outcome).toMatchObject({ ok: true });
    const attestation = (await whenAttested(engine, unattested)).get('service-act');
    const event = await actOf(unattested);
    expect((await statementOfAttestation(engine, attestation!)).predicate).toMatchObject({
      act: 'abort',
      promotion: { id: unattested.id },
      event: { id: event.id, type: 'promotion.transitioned' },
    });
  });
});

describe('a service statement', () => {
  test.each<[string, (act: StoredAct) => StoredAct]>([
    ['of another promotion', (act) => ({ ...act, promotionId: aborted.id })],
    ['of no promotion', (act) => ({ ...act, promotionId: undefined })],
    ['about another bundle', (act) => ({ ...act, bundleDigest: aborted.bundle })],
    ['about another lane', (act) => ({ ...act, lane: 'gold' })],
    ['of another type', (act) => ({ ...act, type: 'promotion.adopted' })],
    ['without a cause', (act) => ({ ...act, data: { to: 'ABORTED' } })],
    ['with an unknown cause', (act) => ({ ...act, data: { ...act.data, cause: 'constructor' } })],
    ['that says that it ended otherwise', (act) => ({ ...act, data: { ...act.data, to: 'FAILED' } })],
  ])('is not made from an event %s', async (_what, change) => {
    const [promotion, act] = [await promotionOf(ended), await actOf(ended)];
    const make = (event: StoredAct) =>
      engine.database.transaction('default', (tx) => serviceActOf(tx, promotion, event));
    await expect(make(change(act))).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
    expect((await make(act)).predicate).toMatchObject({ act: 'abort' });
  });

  test('is made from the event of the promotion itself, whichever others there are', async () => {
    const act = await actOf(ended);
    const other = await promotionOf(aborted);
    const made = engine.database.transaction('default', (tx) => serviceActOf(tx, other, act));
    await expect(made).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
    expect(await engine.database.transaction('default', (tx) => findAct(tx, aborted.id))).toBeUndefined();
  });

  test.each([
    [
      'an attestation of a promotion that a person ended',
      "insert into promotion_steps (tenant_id, promotion_id, attempt, step, outcome) values ('default', $1, 0, 'attest', 'DONE')",
    ],
    ...(
      [
        [
          'the event of an abort that a person signed',
          'promotion.transitioned',
          '{"cause":"run-ended","to":"ABORTED"}',
        ],
        ['the event of a way back after the end', 'promotion.ending', '{"cause":"gave-up","to":"ABORTED"}'],
        ['an event with an unknown cause', 'promotion.ending', '{"cause":"wanted","to":"ABORTED"}'],
        ['an event with a cause that is no text', 'promotion.ending', '{"cause":null,"to":"ABORTED"}'],
        ['an event of another type with a cause', 'lane.granted', '{"cause":"run-ended","to":"ABORTED"}'],
        ['a change to another phase with a cause', 'promotion.transitioned', '{"cause":"run-ended","to":"LIVE"}'],
      ] as const
    ).map(([what, type, data]): [string, string] => [
      what,
      `select append_event('${type}', null, null, null, '${data}', jsonb_build_object('promotion', $1::text))`,
    ]),
  ])('cannot be prepared in the database by %s', async (_what, sql) => {
    await expect(rowsOf(engine, sql, aborted.id)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  });

  test('verifies with stock cosign, and not when one thing in it is changed', async () => {
    const attestation = (await whenAttested(engine, ended)).get('service-act')!;
    const { publicKeyPem, keyId } = await signerOf(engine.dataDir, 'keys', 'verification');
    expect(attestation).toMatchObject({ keyId, predicateType: predicateTypes.serviceAct });
    const { manifest } = await engine.database.transaction('default', (tx) => requireBundle(tx, ended.bundle));
    const signed = { bundle: await engine.blobs.get(attestation.checksum), publicKeyPem };
    const about = async () => ({
      folder: await scratchFolder(),
      predicateType: predicateTypes.serviceAct,
      subject: Buffer.from(manifest),
    });
    expect(await cosignVerify({ ...signed, ...(await about()) })).toContain('Verified OK');
    for (const mutate of Object.values(mutations)) {
      const mutated = mutate(signed);
      expect(() => verifyStatement(mutated.bundle, [mutated.publicKeyPem])).toThrow();
      await expect(cosignVerify({ ...mutated, ...(await about()) })).rejects.toThrow();
    }
  });
});

describe('the verification key', () => {
  let gold: Target;
  beforeAll(async () => {
    gold = await waitingForApproval(engine, 'wanted by the service');
  });

  /** What the verification key could sign to pass for a person: an approval of alice, and an act of the service. */
  async function statements(): Promise<readonly Statement[]> {
    const { workflowId, policyDigest } = await promotionOf(gold);
    const about = { tenant: 'default', product: 'shop', lane: 'gold', bundle: gold.bundle } as const;
    const promotion = { id: gold.id, workflowId };
    const now = new Date().toISOString();
    const approval = {
      ...({ ...about, promotion, verb: 'approve', principal: 'alice', policySnapshot: policyDigest } as const),
      ...{ facts: policyDigest, nonce: crypto.randomUUID(), issuedAt: now },
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const service = (await signerPrincipal())[0]!.principal;
    const event = { id: 1, type: 'promotion.ending' } as const;
    return [
      decisionStatement(approval),
      decisionStatement({ ...approval, principal: service, nonce: crypto.randomUUID() }),
      serviceActStatement({ ...about, promotion, act: 'revert', policySnapshot: policyDigest, event, occurredAt: now }),
    ];
  }

  const signerPrincipal = () =>
    rowsOf<{ principal: string }>(engine, "select principal from principal_keys where purpose = 'verification'");

  test('decides nothing when its statement is sent as one of a person', async () => {
    const signer = await signerOf(engine.dataDir, 'keys', 'verification');
    const [ofAlice, ofService, act] = await Promise.all(
      (await statements()).map(
        async (statement) => JSON.parse((await signStatement(statement, signer)).toString()) as unknown,
      ),
    );
    for (const sent of [ofAlice, ofService])
      expect(await decide(engine, gold, sent)).toMatchObject({ accepted: false, state: 'AWAITING_APPROVAL' });
    // It says no verb of a person, so that it does not even reach the history as an update.
    await expect(decide(engine, gold, act)).rejects.toMatchObject({ cause: { type: 'INVALID_INPUT' } });
    await gold.handle.signal('decision', act);
    const refused = 'select 1 from decisions where promotion_id = $1 and not accepted';
    await eventually(async () => expect(await rowsOf(engine, refused, gold.id)).toHaveLength(3));
    expect(await stateOf(engine, gold.id)).toBe('AWAITING_APPROVAL');
  });

  test('fills no quorum, even if rows say that its statement is an accepted approval', async () => {
    const signer = await signerOf(engine.dataDir, 'keys', 'verification');
    for (const [index, statement] of (await statements()).entries()) {
      const { id, statementDigest } = await attach(engine, statement, signer, 'bundle');
      await asOwner(
        engine,
        `insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, attestation_id, statement_digest, front_door)
         values ('default', $1, 'promotion', $2, 'approve', 'alice', true, $3, $4, 'UPDATE')`,
        ...[`forged-${index}`, gold.id, id, statementDigest],
      );
    }
    const promotion = await promotionOf(gold);
    const deps = { blobs: engine.stores, cache: new EvidenceCache(), rules: noRules };
    const facts = await whenPrepared(deps, 'default', (known) =>
      engine.database.transaction('default', (tx) => readFacts(tx, known, { ...promotion, promotionId: gold.id })),
    );
    expect(facts.evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['decision', 'service-act']));
    expect(facts.evidence.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(facts.approvals).toEqual([]);
    expect(await engine.reached(gold.handle, 'AWAITING_APPROVAL')).toBeTruthy();
    await approveByTwo(engine, gold);
  });
});
