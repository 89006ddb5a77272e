import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import promotionSchema from '../../core/schemas/promotion.schema.json' with { type: 'json' };
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import { abortUpdate, decideUpdate, statusQuery, timelineQuery } from '../../workflows/promotion/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, type PolicyDesk, publish, publishedText } from '../support/policy-people.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { statementOfAttestation, whenAttested } from '../support/service-acts.js';
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

/** Publishes the default policy with a change. */
async function change(from: string, to: string): Promise<void> {
  const text = await publishedText(desk, 'policy', 'default');
  if (!text.includes(from)) throw new Error(`there is no ${from} in the policy`);
  await publish(desk, text.replace(from, to));
}

/** Waits until a promotion is judged by other gates than those of a digest. */
async function repinned(handle: PromotionHandle, from: string): Promise<string> {
  let now = from;
  await until(async () => {
    now = (await handle.query(statusQuery)).policyDigest;
    return now !== from;
  }, 'other gates');
  return now;
}

describe('a version of a policy that is published', () => {
  test('judges promotions that wait for their gates, visibly', async () => {
    const bundle = await sealText(engine, 'waits for its gates');
    await engine.bringTo(bundle, 'bronze');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    const { policyDigest: before } = await handle.query(statusQuery);
    await change('roles: [developer, qa, release-manager]', 'roles: [qa]');
    const after = await repinned(handle, before);
    const id = await engine.recordOf(handle);
    const [row] = await engine.database.transaction('default', (tx) =>
      tx.query<{ policy_digest: string; definition: string; policy_sources: string[] }>(
        'select policy_digest, definition, policy_sources from promotions where id = $1',
        [id],
      ),
    );
    expect(row).toEqual({
      policy_digest: after,
      definition: 'default@1',
      policy_sources: ['policy/default@2', 'definition/default@1'],
    });
    const timeline = await handle.query(timelineQuery);
    expect(timeline.map(({ text }) => text).join('\n')).toContain('judged by other gates from now on');
    // Evidence of a developer does not count any more.
    await attachPreviewCheck(engine, bundle);
    await handle.signal('changed');
    expect(await engine.reached(handle, 'GATING')).toContain('preview-check');
    await handle.executeUpdate(abortUpdate, {
      args: [{ statement: await engine.sign('dev', { verb: 'abort', lane: 'silver', bundle, promotionId: id }) }],
    });
  });

  test('voids approvals that were given under the one before it', async () => {
    const bundle = await sealText(engine, 'approved too early');
    await engine.bringTo(bundle, 'bronze');
    await publish(desk, onlyApproval('release-note: one'), { name: 'shop' });
    const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle });
    const handle = await engine.promote({ lane: 'gold', bundle, request });
    await engine.reached(handle, 'AWAITING_APPROVAL');
    const promotionId = await engine.recordOf(handle);
    const approve = (person: string) =>
      engine
        .sign(person, { verb: 'approve', lane: 'gold', bundle, promotionId })
        .then((statement) => handle.executeUpdate(decideUpdate, { args: [{ statement }] }));
    expect(await approve('alice')).toMatchObject({ accepted: true });
    const { policyDigest: before } = await handle.query(statusQuery);
    await publish(desk, onlyApproval('release-note: two'), { name: 'shop' });
    await repinned(handle, before);
    expect(await engine.reached(handle, 'AWAITING_APPROVAL')).toContain(
      'the approval of alice was given under another policy snapshot and is void',
    );
    // Their approval is void, and they are asked again.
    const { cases } = await api.clients('alice').decisions.listPendingApprovals({});
    expect(cases.find((one) => one.promotionId === promotionId)).toMatchObject({ waitsForMe: true, whyNotMe: '' });
    const { actions } = await api.clients('alice').decisions.listActions({ promotionId });
    expect(actions.find(({ verb }) => verb === DecisionVerb.APPROVE)).toMatchObject({ possible: true });
    expect(await approve('alice')).toMatchObject({ accepted: true });
    expect(await approve('bob')).toMatchObject({ accepted: true });
    await engine.reached(handle, 'LIVE');
    const { policyDigest: live } = await handle.query(statusQuery);
    // After the grant nothing moves.
    await publish(desk, onlyApproval('release-note: three'), { name: 'shop' });
    await handle.signal('changed');
    await engine.reached(handle, 'LIVE');
    expect((await handle.query(statusQuery)).policyDigest).toBe(live);
  });

  test('is named in what is signed about a promotion, with each value in effect and where it was written', async () => {
    const bundle = await sealText(engine, 'signed with its rules');
    await publish(desk, onlyApproval('release-note: signed'), { name: 'shop' });
    const handle = await engine.promote({ lane: 'bronze', bundle });
    await engine.reached(handle, 'LIVE');
    await attachPreviewCheck(engine, bundle);
    const silver = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(silver, 'LIVE');
    const target = { handle: silver, bundle, id: await engine.recordOf(silver) };
    const record = (await whenAttested(engine, target)).get('promotion');
    const { predicate } = await statementOfAttestation(engine, record!);
    const isDescribed = new Ajv2020({ strict: true }).compile(promotionSchema);
    expect(isDescribed(predicate)).toBe(true);
    expect(predicate).toMatchObject({
      rules: {
        definition: 'default@1',
        versions: [expect.stringMatching(/^policy\/shop@\d+$/), 'definition/default@1'],
        values: expect.arrayContaining([
          {
            ...{ gate: 'preview-check', field: 'evidence.kind', value: '"preview-check"' },
            ...{ file: expect.stringMatching(/^policy\/shop@\d+$/), line: 14 },
          },
          { gate: 'preview-check', field: 'severity', value: '"BLOCKING"' },
        ]),
      },
    });
  });
});

test('whoever starts a run without a signed request does not choose the policy of the person who requests it later', async () => {
  const bundle = await sealText(engine, 'started by anybody');
  await engine.bringTo(bundle, 'bronze');
  const handle = await engine.promote({ lane: 'silver', bundle });
  await engine.reached(handle, 'GATING');
  const { policyDigest } = await handle.query(statusQuery);
  await publish(desk, onlyApproval('release-note: four').replace('lanes: [silver]', 'lanes: [silver, gold]'), {
    name: 'shop',
  });
  const request = await engine.sign('dev', { verb: 'request', lane: 'silver', bundle });
  expect(await handle.executeUpdate(decideUpdate, { args: [{ statement: request }] })).toMatchObject({
    accepted: true,
  });
  expect((await handle.query(statusQuery)).policyDigest).not.toBe(policyDigest);
});

/** Two people approve gold, and nothing else is asked for. */
function onlyApproval(message: string): string {
  return `apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: shop }
spec:
  gates:
    - id: approval
      type: APPROVAL
      lanes: [gold]
      approvals: { count: 2, roles: [product-owner, qa], distinctRoles: true }
      message: '${message}'
    - id: preview-check
      type: DEFINITION_OF_DONE
      lanes: [silver]
      evidence: { kind: preview-check, signers: { roles: [developer, qa] } }
`;
}
