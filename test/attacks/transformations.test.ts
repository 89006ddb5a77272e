import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { submitTransformation } from '../../apps/enrolment/transformation/submit.js';
import { asLanekeeperError } from '../../core/errors.js';
import { type Database, openDatabase } from '../../store/database.js';
import { listTransformationChanges, listTransformations } from '../../store/transformation/list.js';
import { type EnrolmentScene, startEnrolmentScene } from '../support/enrolment-scene.js';
import { type SayingOfTransformation, signTransformation } from '../support/transformation-people.js';

let scene: EnrolmentScene;
let api: Database;

beforeAll(async () => {
  scene = await startEnrolmentScene();
  api = openDatabase({ url: scene.cluster.urls.api, maxConnections: 1 });
  await api.transaction('default', (tx) =>
    tx.query("insert into products (tenant_id, name, repository) values ($1, 'shop', '/srv/shop')", [tx.tenant]),
  );
});
afterAll(async () => {
  await api.close();
  await scene.close();
});

const put = (person: string, name: string, saying: SayingOfTransformation = {}) =>
  signTransformation(scene.cluster, person, name, { spec: { profile: 'scrum' }, ...saying });

const submit = (signed: Uint8Array) =>
  submitTransformation({ database: scene.database, now: () => new Date() }, signed);
const outcomeOf = (signed: Uint8Array): Promise<string> =>
  submit(signed).then(
    ({ revision }) => `revision ${String(revision)}`,
    (error: unknown) => asLanekeeperError(error)?.code ?? String(error),
  );
const historyOf = (name: string) =>
  api.transaction('default', (tx) => listTransformationChanges(tx, name, { limit: 200 }));

describe('a transformation', () => {
  test('changes by a signed statement, and its history names who changed what', async () => {
    const first = { profile: 'scrum', stage: 'discovery', products: ['shop'] };
    expect(await outcomeOf(await put('dev', 'history', { spec: first }))).toBe('revision 1');
    expect(await outcomeOf(await put('carol', 'history', { revision: 1, spec: { ...first, stage: 'delivery' } }))).toBe(
      'revision 2',
    );
    const history = await historyOf('history');
    expect(history.map(({ revision, principal }) => [revision, principal])).toEqual([
      [2, 'carol'],
      [1, 'dev'],
    ]);
    expect(history[0]?.words).toEqual(['stage: discovery → delivery']);
    const [listed] = await api.transaction('default', (tx) => listTransformations(tx, { product: 'shop', limit: 1 }));
    expect(listed?.spec.stage).toBe('delivery');
  });

  test('that two people change at once keeps one of both, and says to the other what changed', async () => {
    await submit(await put('dev', 'race'));
    const both = [
      await put('dev', 'race', { revision: 1, spec: { profile: 'scrum', team: 'Blue' } }),
      await put('carol', 'race', { revision: 1, spec: { profile: 'scrum', team: 'Red' } }),
    ];
    const outcomes = await Promise.allSettled(both.map(submit));
    const lost = outcomes.flatMap((one) => (one.status === 'rejected' ? [asLanekeeperError(one.reason)] : []));
    expect(lost).toHaveLength(1);
    expect(lost[0]?.code).toBe('CONFLICT');
    expect(lost[0]?.detail.why).toMatch(/revision 2 by (dev|carol): team: none → (Blue|Red)/);
    expect(await historyOf('race')).toHaveLength(2);
  });

  test('answers the same statement again, and counts its nonce once', async () => {
    const nonce = randomUUID();
    const signed = await put('dev', 'again', { nonce });
    expect([await outcomeOf(signed), await outcomeOf(signed)]).toEqual(['revision 1', 'revision 1']);
    expect(await outcomeOf(await put('dev', 'again', { revision: 1, nonce }))).toBe('DECISION_REPLAYED');
    expect(await historyOf('again')).toHaveLength(1);
  });

  test('does not change by the key of another, without a role, in another tenant, or for a product that is not there', async () => {
    expect(await outcomeOf(await put('dev', 'forged', { keyOf: 'carol' }))).toBe('SIGNATURE_INVALID');
    expect(await outcomeOf(await put('dev', 'forged', { tenant: 'other' }))).toBe('SIGNATURE_INVALID');
    expect(await outcomeOf(await put('bob', 'forged'))).toBe('ROLE_MISSING');
    const spec = { profile: 'scrum', products: ['unheard-of'] };
    expect(await outcomeOf(await put('dev', 'forged', { spec }))).toBe('NOT_FOUND');
    expect(await historyOf('forged')).toEqual([]);
    expect(await api.transaction('other', (tx) => listTransformations(tx, { product: undefined, limit: 50 }))).toEqual(
      [],
    );
  });

  test('cannot be written by a captured API, nor by the enrolment process without a statement', async () => {
    await submit(await put('dev', 'guarded'));
    const update = "update transformations set content = '{}' where name = 'guarded'";
    await expect(api.transaction('default', (tx) => tx.query(update))).rejects.toThrow(/permission denied/);
    const skip = "update transformations set revision = revision + 1, content = '{}' where name = 'guarded'";
    await expect(scene.database.transaction('default', (tx) => tx.query(skip))).rejects.toThrow(/signed/);
    await expect(
      scene.database.transaction('default', (tx) => tx.query('delete from transformation_changes')),
    ).rejects.toThrow(/permission denied/);
  });
});
