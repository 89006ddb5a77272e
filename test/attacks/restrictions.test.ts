import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hexOf } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { RestrictionAct } from '../../core/evidence/restriction-act.js';
import { type Hold, nameOfHold, type Restriction } from '../../core/restriction/model.js';
import { LaneScene } from '../support/lane-scene.js';
import {
  hold,
  putting,
  recall,
  retire,
  type Saying,
  sendRestriction,
  signRestriction,
  windowOf,
} from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
  await sealText(scene, 'shop', { product: 'shop' });
});
afterAll(() => scene.close());

const freeze = (name: string, change: object = {}): Restriction =>
  windowOf(name, {
    ...{ kind: 'FREEZE', reason: 'rest', zone: 'UTC', begins: '2030-01-01T00:00', lasts: 'P1D' },
    ...change,
  });

const send = async (person: string, act: Parameters<typeof signRestriction>[2], saying: Saying = {}) =>
  sendRestriction(scene, await signRestriction(scene, person, act, saying));

/** What came of it: a revision, or the code and the reason of the refusal. */
const outcomeOf = (sent: Promise<{ readonly revision: number }>): Promise<string> =>
  sent.then(
    ({ revision }) => `revision ${String(revision)}`,
    (error: unknown) =>
      error instanceof LanekeeperError ? `${error.code}: ${error.why ?? error.message}` : String(error),
  );

const held =
  (by: string, change: Partial<Hold> = {}) =>
  (said: Parameters<Parameters<typeof signRestriction>[2]>[0]): RestrictionAct => {
    const one: Hold = { id: 'aaaaaaaa', by, since: said.issuedAt, reason: 'errors', stops: ['DEPLOY'], ...change };
    return { ...said, verb: 'put', kind: 'hold', name: 'shop', spec: { product: 'shop', holds: [one] } };
  };

const counts = () => scene.rows('select count(*)::int as count from restriction_changes');

describe('a statement about a window', () => {
  test('counts once, whoever sends it again, and never under another name', async () => {
    const signed = await signRestriction(scene, 'dev', putting(freeze('once')));
    expect(await outcomeOf(sendRestriction(scene, signed))).toBe('revision 1');
    expect(await outcomeOf(sendRestriction(scene, signed))).toBe('revision 1');
    const nonce = randomUUID();
    await send('dev', putting(freeze('twice')), { nonce });
    expect(await outcomeOf(send('dev', putting(freeze('thrice')), { nonce }))).toContain('DECISION_REPLAYED');
  });

  test('replaces only the revision that its signer has seen', async () => {
    await send('dev', putting(freeze('seen')));
    expect(await outcomeOf(send('dev', putting(freeze('seen', { reason: 'other' }))))).toBe(
      'CONFLICT: it replaces revision 0, and the newest is 1, by dev',
    );
    expect(await outcomeOf(send('dev', putting(freeze('seen', { reason: 'other' })), { revision: 1 }))).toBe(
      'revision 2',
    );
  });

  test.each([
    ['of a person without the role for it', 'alice', {}, 'ROLE_MISSING'],
    ['signed with the key of somebody else', 'dev', { keyOf: 'bob' }, 'SIGNATURE_INVALID'],
    ['of another tenant', 'dev', { tenant: 'other' }, 'SIGNATURE_INVALID'],
    ['that has expired', 'dev', { issuedAt: new Date('2026-01-01') }, 'DECISION_EXPIRED'],
    ['from the future', 'dev', { issuedAt: new Date(Date.now() + 3_600_000) }, 'DECISION_MISMATCH'],
  ])('%s is refused, and leaves nothing', async (_what, person, saying, code) => {
    const before = await counts();
    expect(await outcomeOf(send(person, putting(freeze('refused')), saying))).toContain(code);
    expect(await counts()).toEqual(before);
  });

  test.each([
    [
      'a product that there is not',
      freeze('nowhere', { products: ['nowhere'] }),
      'NOT_FOUND: there is no product nowhere',
    ],
    ['a text that is not seen', freeze('unseen', { reason: 'rest\u202e' }), 'INVALID_INPUT'],
    ['a zone that is none', freeze('zone', { zone: 'Mars/Base' }), 'EVIDENCE_INVALID'],
  ])('about %s is refused', async (_what, restriction, why) => {
    expect(await outcomeOf(send('dev', putting(restriction)))).toContain(why);
  });

  test('that ends what has ended, or never was, is refused', async () => {
    const key = { kind: 'window', name: 'over' } as const;
    expect(await outcomeOf(retire(scene, 'dev', key))).toBe('WRONG_STATE: there is none');
    await send('dev', putting(freeze('over')));
    await retire(scene, 'dev', key);
    expect(await outcomeOf(retire(scene, 'dev', key))).toBe('WRONG_STATE: it has ended already');
  });
});

describe('a hold', () => {
  const scope = { product: 'shop' };
  const key = { kind: 'hold', name: nameOfHold(scope) } as const;

  test('is made in nobody else’s name, and not at another time', async () => {
    expect(await outcomeOf(send('dev', held('alice')))).toContain('DECISION_MISMATCH: dev signs at');
    expect(await outcomeOf(send('dev', held('dev', { since: '2026-01-01T00:00:00.000Z' })))).toContain(
      'DECISION_MISMATCH',
    );
  });

  test('is lifted by whoever has made it or may open, and changed by nobody', async () => {
    const own = await hold(scene, 'alice', scope, 'tests are red');
    expect(await outcomeOf(retire(scene, 'bob', key))).toBe(
      'ROLE_MISSING: a hold of alice: bob has none of the roles release-manager, operator',
    );
    expect(await outcomeOf(send('alice', held('alice', { ...own, reason: 'no reason' }), { revision: 1 }))).toBe(
      'INVALID_INPUT: it changes the hold of alice: lift it, and hold again',
    );
    expect(await outcomeOf(hold(scene, 'alice', scope, 'tests are red').then(() => ({ revision: 0 })))).toBe(
      'CONFLICT: alice holds every lane of shop for this reason already',
    );
    expect(await outcomeOf(retire(scene, 'alice', key))).toBe('revision 2');
  });

  test('of everything is made by those who may lift it', async () => {
    expect(await outcomeOf(hold(scene, 'alice', {}, 'everything burns').then(() => ({ revision: 1 })))).toContain(
      'ROLE_MISSING',
    );
    await hold(scene, 'carol', {}, 'everything burns');
    await retire(scene, 'carol', { kind: 'hold', name: nameOfHold({}) });
  });

  test('is lifted by nobody in passing: whoever adds one keeps those that there are', async () => {
    await hold(scene, 'carol', scope, 'audit');
    const [row] = await scene.rows<{ revision: number }>(
      "select revision from restrictions where kind = 'hold' and name = 'shop'",
    );
    expect(await outcomeOf(send('alice', held('alice'), { revision: row?.revision ?? 0 }))).toContain(
      'ROLE_MISSING: a hold of carol',
    );
    await retire(scene, 'carol', key);
  });
});

describe('a recall', () => {
  test('is undone by a second person, who may open, alone', async () => {
    const bundle = await sealText(scene, 'called back', { product: 'shop' });
    await recall(scene, 'carol', 'shop', bundle, 'it leaks');
    const key = { kind: 'recall', name: hexOf(bundle) } as const;
    expect(await outcomeOf(retire(scene, 'carol', key))).toContain('SELF_APPROVAL');
    expect(await outcomeOf(retire(scene, 'alice', key))).toContain('ROLE_MISSING');
    expect(await outcomeOf(retire(scene, 'dev', key))).toBe('revision 2');
  });

  test('names the bundle that it is about, of its product', async () => {
    const bundle = await sealText(scene, 'of the shop', { product: 'shop' });
    await sealText(scene, 'of the till', { product: 'till' });
    expect(await outcomeOf(recall(scene, 'carol', 'till', bundle, 'it leaks'))).toContain(
      'NOT_FOUND: till has no bundle',
    );
    const spec = { product: 'shop', bundle, reason: 'it leaks' };
    expect(await outcomeOf(send('carol', putting({ kind: 'recall', name: '0'.repeat(64), spec })))).toContain(
      'EVIDENCE_INVALID: its name is not the digest of bundle',
    );
  });
});
