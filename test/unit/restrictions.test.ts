import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normaliseWindow, type WrittenWindow } from '../../core/calendar/normalise.js';
import type { WindowKind } from '../../core/calendar/window.js';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { OpeningsOfBoard } from '../../core/restriction/board.js';
import { type LaneSubject, type RestrictionInForce, statusOfLane } from '../../core/restriction/closed.js';
import type { Hold, HoldSpec } from '../../core/restriction/model.js';
import { nameOfHold, scopeOf } from '../../core/restriction/model.js';
import { refuseApprovalByWindow, refuseStart, whileClosed } from '../../core/restriction/refusals.js';
import { stepsToOpen } from '../../core/restriction/steps-to-open.js';
import { waitInWords } from '../../core/restriction/wait-words.js';
import { actInWords } from '../../core/restriction/words.js';

const now = new Date('2026-11-27T12:00:00Z');
const bundle: Digest = `sha256:${'a'.repeat(64)}`;
const gold = { product: 'shop', lane: 'gold', action: 'DEPLOY' } as const satisfies LaneSubject;

function window(name: string, written: Partial<WrittenWindow> = {}): RestrictionInForce {
  const { name: _name, ...spec } = normaliseWindow(name, {
    ...{ kind: 'FREEZE', reason: 'rest', zone: 'UTC', begins: '2026-11-27T00:00' },
    ...(written.lasts === undefined && { ends: '2026-11-28T00:00' }),
    ...written,
  });
  return { restriction: { kind: 'window', name, spec }, changedBy: 'carol' };
}

function holds(scope: Pick<HoldSpec, 'product' | 'lane'>, ...changes: readonly Partial<Hold>[]): RestrictionInForce {
  const each = changes.map((change, at): Hold => {
    const made = { id: `0000000${String(at)}`, by: 'dev', since: '2026-11-27T11:00:00.000Z', reason: 'errors' };
    return { ...made, stops: ['DEPLOY'], ...change };
  });
  return { restriction: { kind: 'hold', name: nameOfHold(scope), spec: { ...scope, holds: each } }, changedBy: 'dev' };
}

const recalled: RestrictionInForce = {
  restriction: { kind: 'recall', name: 'a'.repeat(64), spec: { product: 'shop', bundle, reason: 'it leaks' } },
  changedBy: 'carol',
};

const wordsOf = (restrictions: readonly RestrictionInForce[], subject: LaneSubject = gold): string =>
  waitInWords(statusOfLane(restrictions, subject, now));

describe('a lane', () => {
  test('is open where nothing closes it', () => {
    expect(statusOfLane([], gold, now)).toEqual({ closures: [] });
    expect(statusOfLane([holds({ product: 'till' }, {}), recalled], gold, now)).toEqual({ closures: [] });
  });

  test('says who closes it, why, and when it opens', () => {
    expect(statusOfLane([window('audit')], gold, now)).toMatchObject({
      closures: [{ kind: 'FREEZE', name: 'audit', owner: 'carol', reason: 'rest' }],
      nextOpen: new Date('2026-11-28T00:00:00Z'),
    });
    expect(wordsOf([window('audit')])).toBe('freeze: rest (audit); opens 2026-11-28 00:00 UTC');
    const change = window('office', { kind: 'CHANGE', begins: '2026-11-30T08:00', ends: '2026-11-30T17:00' });
    expect(wordsOf([change])).toBe('outside of its change window: rest (office); opens 2026-11-30 08:00 UTC');
  });

  test('is outside of all of its change windows in one sentence, and says when the next of them opens', () => {
    const at = (name: string, hour: string, reason = name) =>
      window(name, { kind: 'CHANGE', reason, begins: `2026-11-30T${hour}:00`, ends: '2026-11-30T17:00' });
    expect(wordsOf([at('late', '15'), at('early', '08')])).toBe(
      'outside of its change windows: late (late), early (early); the next opens 2026-11-30 08:00 UTC',
    );
    expect(wordsOf([at('a', '15'), at('b', '08'), at('c', '09'), at('d', '10')])).toContain(
      'c (c) and 1 more; the next',
    );
    const frozen = [window('audit', { ends: '2026-12-01T00:00' }), at('late', '15'), at('early', '08')];
    expect(wordsOf(frozen)).toBe('freeze: rest (audit); outside of its change windows: late (late), early (early)');
  });

  test('tells why a window is there before what it is called, and little of a name that was generated', () => {
    const name = 'calendar-040000008200e00074c5b7101a82e008-1f2e3d4c5b6a';
    expect(wordsOf([window(name)])).toBe('freeze: rest (calendar-04000000820…); opens 2026-11-28 00:00 UTC');
  });

  test.each([
    ['a window', [window('audit')], ['wait until 2026-11-28 00:00 UTC, when the lane opens']],
    [
      'a window and holds',
      [window('audit'), holds({ product: 'shop' }, {}), holds({}, { by: 'carol' })],
      [
        'dev, or a release-manager or operator, lifts the hold: lane resume shop --hold 00000000 --reason TEXT',
        'carol, or a release-manager or operator, lifts the hold: lane resume --all --hold 00000000 --reason TEXT',
      ],
    ],
    [
      'a change window that never comes back',
      [window('office', { kind: 'CHANGE', begins: '2025-11-30T08:00', ends: '2025-11-30T17:00' })],
      [
        'nobody can say when it opens: a release-manager or operator ends the window: lane window end office --reason TEXT',
      ],
    ],
    ['nothing', [], []],
  ] as const)('that %s closes says what lets somebody go on', (_what, restrictions, steps) => {
    expect(stepsToOpen(statusOfLane(restrictions, gold, now))).toEqual(steps);
  });

  test('that is closed says of what is started there whether it waits', () => {
    const started = (kind: 'PROMOTION' | 'ROLLBACK', ...restrictions: readonly RestrictionInForce[]) =>
      whileClosed(restrictions, { product: 'shop', lane: 'gold', kind, invoker: { name: 'dev', roles: [] } }, now);
    expect(started('PROMOTION')).toBe('');
    expect(started('PROMOTION', holds({}, {}))).toBe('it would wait: dev holds every lane of every product: errors');
    expect(started('ROLLBACK', holds({}, {}))).toBe(
      'promotions are stopped and rollbacks are not: dev holds every lane of every product: errors',
    );
    expect(started('ROLLBACK', holds({}, { stops: ['DEPLOY', 'ROLLBACK'] }))).toBe(
      'rollbacks are stopped, too; it would wait: dev holds every lane of every product: errors',
    );
    const rollbacks = window('audit', { actions: ['ROLLBACK'] });
    expect(started('ROLLBACK', rollbacks)).toMatch(/^rollbacks are stopped; it would wait: /);
    expect(started('ROLLBACK')).toBe('');
  });

  test('opens at no instant that anybody can say while it is held, or its bundle is recalled', () => {
    const held = statusOfLane([window('audit'), holds({ product: 'shop' }, {})], gold, now);
    expect(held.nextOpen).toBeUndefined();
    expect(held.closures.map(({ kind }) => kind)).toEqual(['HOLD', 'FREEZE']);
    expect(wordsOf([recalled], { ...gold, bundle })).toBe('recalled by carol: it leaks');
  });

  test('is closed to rollbacks only by what says so', () => {
    const rollback = { ...gold, action: 'ROLLBACK' } as const;
    expect(wordsOf([window('audit'), holds({}, {})], rollback)).toBe('');
    expect(wordsOf([window('audit', { actions: ['ROLLBACK'] })], rollback)).toContain('freeze: rest (audit)');
    expect(wordsOf([holds({}, { stops: ['DEPLOY', 'ROLLBACK'] })], rollback)).toBe(
      'dev holds every lane of every product: errors',
    );
  });

  test.each([
    [{}, 'every lane of every product', '_'],
    [{ lane: 'gold' }, 'gold of every product', '_.gold'],
    [{ product: 'shop' }, 'every lane of shop', 'shop'],
    [{ product: 'shop', lane: 'gold' }, 'gold of shop', 'shop.gold'],
  ] as const)('is held by %j, which is %s', (scope, words, name) => {
    expect(wordsOf([holds(scope, {})])).toBe(`dev holds ${words}: errors`);
    expect(holds(scope, {}).restriction.name).toBe(name);
    expect(scopeOf(holds(scope, {}).restriction)).toEqual({
      ...('product' in scope && { products: [scope.product] }),
      ...('lane' in scope && { lanes: [scope.lane] }),
    });
  });

  test('takes the strictest rule for what is in flight', () => {
    const inFlight = (...restrictions: readonly RestrictionInForce[]) => statusOfLane(restrictions, gold, now).inFlight;
    expect(inFlight(window('a'))).toBe('FINISH');
    expect(inFlight(window('a'), holds({}, {}))).toBe('PAUSE');
    expect(inFlight(window('a', { inFlight: 'ABORT' }), holds({}, {}))).toBe('ABORT');
  });
});

describe('a request or an approval', () => {
  const where = { product: 'shop', lane: 'gold' } as const;
  const start = { ...where, kind: 'PROMOTION', bundle } as const;
  const nobody = undefined;

  test('is refused by windows that are for it, and by no other', () => {
    const requests = window('requests', { actions: ['REQUEST'] });
    expect(refuseStart([window('deploys')], start, nobody, now)).toBeUndefined();
    expect(refuseStart([requests], start, nobody, now)).toMatchObject({ code: 'LANE_CLOSED' });
    expect(refuseStart([requests], { ...start, kind: 'ROLLBACK' }, nobody, now)).toBeUndefined();
    expect(refuseApprovalByWindow([requests], start, nobody, now)).toBeUndefined();
    expect(refuseApprovalByWindow([window('night', { actions: ['APPROVE'] })], start, nobody, now)).toEqual({
      code: 'LANE_CLOSED',
      reason: 'gold of shop is closed to approvals: freeze: rest (night); opens 2026-11-28 00:00 UTC',
    });
  });

  test('is refused only to those whom a window names, and to whom nobody knows', () => {
    const developers = window('developers', { actions: ['REQUEST'], invokers: ['role:developer', 'bob'] });
    const asked = (name: string, ...roles: string[]) => refuseStart([developers], start, { name, roles }, now)?.code;
    expect([asked('dev', 'developer'), asked('bob'), asked('carol', 'operator')]).toEqual([
      ...['LANE_CLOSED', 'LANE_CLOSED', undefined],
    ]);
    expect(refuseStart([developers], start, nobody, now)?.code).toBe('LANE_CLOSED');
  });

  test('is refused for a recalled bundle, whatever its kind', () => {
    for (const kind of ['PROMOTION', 'ROLLBACK'] as const)
      expect(refuseStart([recalled], { ...start, kind }, nobody, now)).toEqual({
        ...{ code: 'BUNDLE_RECALLED', reason: 'the bundle was recalled by carol: it leaks' },
      });
  });
});

describe('what changes', () => {
  const said = { principal: 'dev', tenant: 'default', revision: 1, nonce: 'n'.repeat(16), issuedAt: '', expiresAt: '' };

  test('is said in one line', () => {
    const two = holds({ product: 'shop' }, {}, { by: 'carol', reason: 'audit' }).restriction;
    const one = holds({ product: 'shop' }, {}).restriction;
    expect(actInWords({ ...said, verb: 'put', ...two }, one)).toBe('stopped every lane of shop: audit');
    expect(actInWords({ ...said, verb: 'put', ...one }, two)).toBe(
      'lifted the hold of carol on every lane of shop (audit)',
    );
    expect(actInWords({ ...said, verb: 'retire', kind: 'hold', name: 'shop', reason: 'mended' }, two)).toBe(
      'resumed every lane of shop, which dev, carol held: mended',
    );
    expect(actInWords({ ...said, verb: 'put', ...recalled.restriction }, undefined)).toBe('recalled: it leaks');
    expect(actInWords({ ...said, verb: 'put', ...window('audit').restriction }, undefined)).toBe(
      'new freeze window audit: rest',
    );
  });
});

describe('a board', () => {
  test('says of each lane what is said of it alone, however many there are', () => {
    const product = fc.constantFrom('shop', 'till', 'desk');
    const lane = fc.constantFrom<Lane>('bronze', 'silver', 'gold');
    const kind = fc.constantFrom<WindowKind>('CHANGE', 'FREEZE');
    const restriction = fc.oneof(
      fc.record({ product, lane }).map((scope) => holds(scope, {})),
      product.map((one) => holds({ product: one }, {})),
      fc.record({ kind, hour: fc.integer({ min: 0, max: 23 }), product, lane }).map((one) =>
        window(`w${String(one.hour)}`, {
          ...{ kind: one.kind, begins: `2026-11-27T${String(one.hour).padStart(2, '0')}:00`, lasts: 'PT5H' },
          ...{ products: [one.product], lanes: [one.lane] },
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(restriction, { maxLength: 12 }), (restrictions) => {
        const board = new OpeningsOfBoard(restrictions, now);
        for (const one of ['shop', 'till', 'desk'])
          for (const at of ['bronze', 'silver', 'gold'] as const) {
            const subject = { product: one, lane: at };
            expect(board.of(subject)).toEqual(statusOfLane(restrictions, { ...subject, action: 'DEPLOY' }, now));
          }
      }),
    );
  });
});
