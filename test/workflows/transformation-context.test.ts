import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { transformationStatement } from '../../core/evidence/transformation-act.js';
import { normaliseSpec, type WrittenSpec } from '../../core/transformation/normalise.js';
import { gatesQuery, statusQuery, timelineQuery } from '../../workflows/promotion/contract.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { sealText, signerOf } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
});

/** Puts a transformation of the shop, as a person. */
async function put(revision: number, spec: WrittenSpec) {
  const statement = transformationStatement({
    ...{ verb: 'put', principal: 'dev', tenant: 'default', name: 'checkout', revision, nonce: randomUUID() },
    spec: normaliseSpec('checkout', { products: ['shop'], ...spec }),
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  const signedStatement = await signStatement(statement, await signerOf(engine.dataDir, 'identities', 'dev'));
  return api.clients('dev').transformations.submitTransformation({ signedStatement });
}

describe('the transformation of a product', () => {
  test('decides by which profile its promotions are judged, also those that wait already', async () => {
    const bundle = await sealText(engine, 'in a transformation');
    await engine.bringTo(bundle, 'bronze');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    const judged = async (gate: string) => {
      await until(async () => (await handle.query(gatesQuery)).some((one) => one.gate === gate), gate);
      return (await handle.query(gatesQuery)).find((one) => one.gate === gate);
    };
    await put(0, { profile: 'scrum', stage: 'build' });
    expect(await judged('definition-of-done')).toMatchObject({ severity: 'ADVISORY', verdict: 'PENDING' });
    await put(1, { profile: 'togaf', stage: 'build' });
    expect(await judged('adm-deliverables')).toMatchObject({
      severity: 'ADVISORY',
      explanation:
        '0 of 1 ADM deliverables of phase G reached ACCEPTED, 1 needed: implementation-governance-model is not there',
    });
    const accepted = {
      kind: 'ADM_DELIVERABLE',
      key: 'implementation-governance-model',
      phase: 'g',
      state: 'ACCEPTED',
    } as const;
    await put(2, { profile: 'togaf', stage: 'build', artifacts: [{ title: 'Model', ...accepted }] });
    await until(async () => (await judged('adm-deliverables'))?.verdict === 'PASS', 'the deliverable to count');
    const { policies } = await api.clients('dev').gates.listPolicies({ product: 'shop' });
    expect(policies[0]).toMatchObject({ profileSource: 'transformation', policy: { profile: 'togaf' } });
    const timeline = (await handle.query(timelineQuery)).map(({ text }) => text).join('\n');
    expect(timeline).toContain('profile/scrum@1');
    expect(timeline).toContain('profile/togaf@1');
    expect((await handle.query(statusQuery)).state).toBe('GATING');
  });

  test('is what the Temporal UI filters by: its profile, and the goals and timeboxes that are current', async () => {
    const bundle = await sealText(engine, 'searched by its context');
    await engine.bringTo(bundle, 'bronze');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    await put(3, {
      ...{ profile: 'safe', stage: 'build' },
      timeboxes: [
        { id: 'PI-6', kind: 'PI', title: 'Long ago', ends: '2024-03-01' },
        { id: 'PI-7', kind: 'PI', title: 'Under way', starts: '2024-03-02' },
      ],
      goals: [
        { id: 'PI-6-1', title: 'Was wanted', timebox: 'PI-6' },
        { id: 'PI-7-1', title: 'Pay by card', timebox: 'PI-7' },
      ],
    });
    const searched = async () => (await handle.describe()).typedSearchAttributes;
    await until(
      async () => (await searched()).get(searchAttributes.profile) === 'safe',
      'the profile to be searched by',
    );
    const found = await searched();
    expect(found.get(searchAttributes.goals)).toEqual(['PI-7-1']);
    expect(found.get(searchAttributes.timeboxes)).toEqual(['PI-7']);
    expect(found.get(searchAttributes.policy)).toBe((await handle.query(statusQuery)).policyDigest);
    // What is no longer so is taken back.
    await put(4, { profile: 'togaf', stage: 'build' });
    await until(async () => (await searched()).get(searchAttributes.profile) === 'togaf', 'the other profile');
    expect((await searched()).get(searchAttributes.goals) ?? []).toEqual([]);
  });

  test('names no profile that is not in force', async () => {
    const refusal = await put(5, { profile: 'scrumm' }).catch((error: unknown) => String(error));
    expect(refusal).toContain('transformation');
    expect(
      (await api.clients('dev').transformations.getTransformation({ name: 'checkout' })).transformation?.revision,
    ).toBe(5);
  });
});
