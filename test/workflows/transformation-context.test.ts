import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evaluateRound } from '../../activities/policy/evaluate-round.js';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import type { Digest } from '../../core/digest.js';
import type { WrittenSpec } from '../../core/transformation/normalise.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { gatesQuery, statusQuery, timelineQuery } from '../../workflows/promotion/contract.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { asOwner } from '../support/attack-scene.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { signTransformation } from '../support/transformation-people.js';
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

/** Puts a transformation of the shop, as a person; without content, it is retired. */
async function put(revision: number, spec: WrittenSpec | undefined, name = 'checkout') {
  const all = spec && { spec: { products: ['shop'], ...spec } };
  const signedStatement = await signTransformation(engine, 'dev', name, { revision, ...all });
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

  test('is, of several, the one that was put last; one that is retired counts no longer, also for what waits', async () => {
    const handle = await engine.promote({ lane: 'silver', bundle: await bronze('in several transformations') });
    await engine.reached(handle, 'GATING');
    await put(0, { profile: 'scrum' }, 'later');
    await judgedBy(handle, 'profile/scrum@1');
    await put(5, { profile: 'safe' });
    await judgedBy(handle, 'profile/safe@1');
    await put(6, undefined);
    await judgedBy(handle, 'transformation/later@1');
    await put(1, undefined, 'later');
    await until(async () => !(await gatesOf(handle)).includes('definition-of-done'), 'no transformation to count');
    const { policies } = await api.clients('dev').gates.listPolicies({ product: 'shop' });
    expect(policies[0]?.versions.filter((version) => version.startsWith('transformation/'))).toEqual([]);
    expect(policies[0]?.policy?.profile).toBe('');
  });

  test('holds what waits while it is not to be believed, says why and what to do, and lets it go on afterwards', async () => {
    await put(7, { profile: 'scrum' });
    const handle = await engine.promote({
      lane: 'silver',
      bundle: await bronze('in a transformation that was changed'),
    });
    await until(async () => (await gatesOf(handle)).includes('definition-of-done'), 'its gates');
    const { gates } = api.clients('dev');
    const content = "update transformations set content = replace(content, $1, $2) where name = 'checkout'";
    await asOwner(engine, content, '"scrum"', '"safe"');
    expect(await gates.listPolicies({ product: 'shop' }).catch(String)).toContain('is not to be believed');
    await attachPreviewCheck(engine, (await handle.query(statusQuery)).bundle);
    const held = async () => JSON.stringify((await handle.query(statusQuery)).notices);
    await until(async () => (await held()).includes('transformation checkout is not to be believed'), 'it to be held');
    expect((await handle.query(statusQuery)).state).toBe('GATING');
    expect(await gatesOf(handle)).toContain('definition-of-done');
    const id = await engine.recordOf(handle);
    const rules = new PolicyBook(engine.database, engine.policyRoots);
    const fresh = { blobs: engine.stores, cache: new EvidenceCache(), rules };
    const underHold = await whenPrepared(fresh, 'default', (known) =>
      engine.database.transaction('default', async (tx) =>
        evaluateRound(tx, known, await requirePromotion(tx, id), { at: new Date(), notices: [] }),
      ),
    );
    // As a round is judged after the grant, when the gates are not looked up any more.
    expect(underHold.evaluation.notices.map(({ notice, holds }) => [notice, holds])).toEqual([['rules-unknown', true]]);
    expect(underHold.evaluation.outcome).not.toBe('PASS');
    await asOwner(engine, content, '"safe"', '"scrum"');
    await put(8, { profile: 'scrum', stage: 'build' });
    await until(async () => !(await held()).includes('is not to be believed'), 'it to go on');
  });
});

/** A bundle that is in the lane below. */
async function bronze(text: string): Promise<Digest> {
  const bundle = await sealText(engine, text);
  await engine.bringTo(bundle, 'bronze');
  return bundle;
}

async function gatesOf(handle: PromotionHandle): Promise<readonly string[]> {
  return (await handle.query(gatesQuery)).map(({ gate }) => gate);
}

/** Waits until a promotion is judged by a version, which its timeline names. */
async function judgedBy(handle: PromotionHandle, version: string): Promise<void> {
  await until(async () => JSON.stringify(await handle.query(timelineQuery)).includes(version), version);
}
