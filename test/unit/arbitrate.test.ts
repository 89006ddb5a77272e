import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { type Arbitration, arbitrate as arbitrateAt, type Contender } from '../../core/lane/arbitrate.js';
import { priorities, raiseAfterMs } from '../../core/promotion/schedule.js';
import type { PromotionKind, PromotionPhase } from '../../core/promotion/state.js';

const minute = (count: number) => new Date(Date.UTC(2026, 2, 1, 12, count));

/** Who shall hold a lane, so soon that nobody has become more urgent by waiting. */
const arbitrate = (held: Contender | undefined, queue: readonly Contender[], now = minute(10)): Arbitration =>
  arbitrateAt(held, queue, now);

function contender(id: string, changes: Partial<Contender> = {}): Contender {
  return {
    id,
    kind: 'PROMOTION',
    phase: 'QUEUED',
    switched: false,
    queuedAt: minute(0),
    priority: 'normal',
    mayEnter: true,
    ...changes,
  };
}

const waiting = (id: string, since: number, kind: PromotionKind = 'PROMOTION') =>
  contender(id, { kind, queuedAt: minute(since) });
const holder = (phase: PromotionPhase, changes: Partial<Contender> = {}) =>
  contender('holder', { phase, switched: ['DEPLOYING', 'VERIFYING', 'LIVE'].includes(phase), ...changes });

describe('a free lane', () => {
  test('is granted to whoever has waited longest, in whatever order they are listed', () => {
    const queue = [waiting('b', 2), waiting('a', 3), waiting('c', 1)];
    expect(arbitrate(undefined, queue)).toEqual({ type: 'grant', to: 'c' });
    expect(arbitrate(undefined, queue.toReversed())).toEqual({ type: 'grant', to: 'c' });
  });

  test('is granted to a rollback before every promotion, and to the rollback that has waited longest', () => {
    const queue = [waiting('a', 1), waiting('late', 9, 'ROLLBACK'), waiting('early', 8, 'ROLLBACK')];
    expect(arbitrate(undefined, queue)).toEqual({ type: 'grant', to: 'early' });
  });

  test('is granted to a hotfix before every promotion, and after every rollback', () => {
    const queue = [waiting('a', 1), waiting('late', 9, 'HOTFIX'), waiting('early', 8, 'HOTFIX')];
    expect(arbitrate(undefined, queue)).toEqual({ type: 'grant', to: 'early' });
    expect(arbitrate(undefined, [...queue, waiting('back', 10, 'ROLLBACK')])).toEqual({ type: 'grant', to: 'back' });
  });

  test('is granted last to one that says no time, and by id when the times are equal', () => {
    expect(arbitrate(undefined, [contender('a', { queuedAt: undefined }), waiting('b', 5)])).toMatchObject({ to: 'b' });
    expect(arbitrate(undefined, [waiting('b', 5), waiting('a', 5)])).toMatchObject({ to: 'a' });
    const timeless = [contender('b', { queuedAt: undefined }), contender('a', { queuedAt: undefined })];
    expect(arbitrate(undefined, timeless)).toMatchObject({ to: 'a' });
  });

  test('stays free when nobody waits', () => {
    expect(arbitrate(undefined, [])).toEqual({ type: 'keep' });
  });
});

describe('a held lane', () => {
  test.each<[PromotionPhase, boolean]>([
    ['QUEUED', false],
    ['GUARDING', false],
    ['DEPLOYING', true],
    ['VERIFYING', true],
    ['ERRORED', true],
  ])('is kept by a holder that is %s', (phase, switched) => {
    expect(arbitrate(holder(phase, { switched }), [waiting('a', 0)])).toEqual({ type: 'keep' });
  });

  test.each<PromotionPhase>([
    ...(['GATING', 'AWAITING_APPROVAL', 'LIVE', 'ERRORED'] as const),
    ...(['SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED'] as const),
  ])('goes to the next one when its holder is %s and has not switched, and is freed when nobody waits', (phase) => {
    const former = holder(phase, { switched: phase === 'LIVE' });
    expect(arbitrate(former, [waiting('b', 2), waiting('a', 1)])).toEqual({ type: 'grant', to: 'a' });
    expect(arbitrate(former, [])).toEqual({ type: 'free' });
  });

  test.each<PromotionPhase>(['QUEUED', 'GUARDING'])('is taken by a rollback from a promotion that is %s', (phase) => {
    const queue = [waiting('older', 0), waiting('rollback', 9, 'ROLLBACK')];
    expect(arbitrate(holder(phase), queue)).toEqual({ type: 'grant', to: 'rollback', from: 'holder' });
  });

  test.each<PromotionPhase>(['QUEUED', 'GUARDING'])(
    'is taken by a hotfix from a promotion that is %s, and from no rollback or other hotfix',
    (phase) => {
      const queue = [waiting('older', 0), waiting('hotfix', 9, 'HOTFIX')];
      expect(arbitrate(holder(phase), queue)).toEqual({ type: 'grant', to: 'hotfix', from: 'holder' });
      for (const kind of ['HOTFIX', 'ROLLBACK'] as const)
        expect(arbitrate(holder(phase, { kind }), queue)).toEqual({ type: 'keep' });
    },
  );

  test('is not taken from a promotion that deploys, nor from another rollback', () => {
    const queue = [waiting('rollback', 0, 'ROLLBACK')];
    for (const phase of ['DEPLOYING', 'VERIFYING'] as const)
      expect(arbitrate(holder(phase), queue)).toEqual({ type: 'keep' });
    expect(arbitrate(holder('ERRORED', { switched: true }), queue)).toEqual({ type: 'keep' });
    for (const phase of ['QUEUED', 'DEPLOYING'] as const)
      expect(arbitrate(holder(phase, { kind: 'ROLLBACK' }), queue)).toEqual({ type: 'keep' });
  });

  test('is not granted again to a holder that is in the queue itself', () => {
    const queued = holder('QUEUED');
    expect(arbitrate(queued, [queued])).toEqual({ type: 'keep' });
    expect(arbitrate(queued, [queued, waiting('rollback', 1, 'ROLLBACK')])).toMatchObject({ from: 'holder' });
  });
});

const kinds = fc.constantFrom<PromotionKind>('PROMOTION', 'HOTFIX', 'ROLLBACK');
const ages = fc.option(fc.integer({ min: 0, max: 5 }).map(minute), { nil: undefined });
const queues = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^[a-f]{1,2}$/), kind: kinds, queuedAt: ages }), {
    selector: ({ id }) => id,
    maxLength: 6,
  })
  .map((queue) => queue.map((one) => contender(one.id, one)));
const holders = fc.option(
  fc
    .tuple(
      kinds,
      fc.constantFrom<[PromotionPhase, boolean]>(
        ['QUEUED', false],
        ['GUARDING', false],
        ['DEPLOYING', true],
        ['VERIFYING', true],
        ['ERRORED', true],
        ['ERRORED', false],
        ['LIVE', true],
        ['ABORTED', false],
        ['GATING', false],
      ),
    )
    .map(([kind, [phase, switched]]) => holder(phase, { kind, switched })),
  { nil: undefined },
);

/** Who holds the lane afterwards. */
function heldBy(before: Contender | undefined, decision: Arbitration): string | undefined {
  if (decision.type === 'grant') return decision.to;
  return decision.type === 'free' ? undefined : before?.id;
}

describe('whoever contends', () => {
  test('never takes the lane from a holder that has moved it, nor from a rollback that still needs it', () => {
    fc.assert(
      fc.property(holders, queues, (held, queue) => {
        const decision = arbitrate(held, queue);
        const fixed = held !== undefined && ['DEPLOYING', 'VERIFYING'].includes(held.phase);
        if (fixed || (held?.phase === 'ERRORED' && held.switched)) expect(decision).toEqual({ type: 'keep' });
        if (held?.kind === 'ROLLBACK' && ['QUEUED', 'GUARDING'].includes(held.phase))
          expect(decision).toEqual({ type: 'keep' });
        if (decision.type === 'grant' && decision.from !== undefined) expect(decision.from).toBe(held?.id);
      }),
    );
  });

  test('leaves one holder, which is asked for again without a change: the lane never has two, nor stands idle', () => {
    fc.assert(
      fc.property(holders, queues, (held, queue) => {
        const after = heldBy(held, arbitrate(held, queue));
        if (after === undefined) expect(queue).toEqual([]);
        const all = held === undefined ? queue : [held, ...queue];
        const now = all.find(({ id }) => id === after);
        const rest = queue.filter(({ id }) => id !== after);
        if (now !== undefined) expect(arbitrate(now, rest)).toEqual({ type: 'keep' });
      }),
    );
  });

  test('is treated alike in every order of the queue', () => {
    fc.assert(
      fc.property(holders, queues, (held, queue) => {
        expect(arbitrate(held, queue.toReversed())).toEqual(arbitrate(held, queue));
      }),
    );
  });
});

describe('a lane that is closed', () => {
  const closed = { mayEnter: false } as const;

  test('is granted to nobody, and to whoever may enter although they have waited for a shorter time', () => {
    expect(arbitrate(undefined, [{ ...waiting('a', 1), ...closed }])).toEqual({ type: 'keep' });
    expect(arbitrate(undefined, [{ ...waiting('a', 1), ...closed }, waiting('b', 2)])).toEqual({
      type: 'grant',
      to: 'b',
    });
  });

  test.each<PromotionPhase>(['QUEUED', 'GUARDING'])(
    'is taken from a holder that is %s, and that may not keep it',
    (phase) => {
      expect(arbitrate(holder(phase, closed), [])).toEqual({ type: 'free', from: 'holder' });
      expect(arbitrate(holder(phase, closed), [waiting('b', 2)])).toEqual({ type: 'grant', to: 'b', from: 'holder' });
      expect(arbitrate(holder(phase, { ...closed, kind: 'ROLLBACK' }), [])).toEqual({ type: 'free', from: 'holder' });
    },
  );

  test.each<PromotionPhase>(['DEPLOYING', 'VERIFYING'])('is kept by a holder that is %s', (phase) => {
    expect(arbitrate(holder(phase, { ...closed, switched: true }), [waiting('b', 2)])).toEqual({ type: 'keep' });
  });

  test('opens to everybody in the order in which they came, rollbacks first, and lets nobody wait for ever', () => {
    const arrival = fc.record({ rollback: fc.boolean(), closedFor: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 30 }), (arrivals) => {
        const granted: { readonly contender: Contender; readonly round: number }[] = [];
        let queue: (Contender & { readonly opens: number })[] = [];
        for (let round = 0; round < arrivals.length + 40; round += 1) {
          const next = arrivals[round];
          if (next !== undefined) {
            const one = waiting(String(round).padStart(3, '0'), round, next.rollback ? 'ROLLBACK' : 'PROMOTION');
            queue.push({ ...one, opens: round + next.closedFor });
          }
          const decision = arbitrate(
            undefined,
            queue.map((one) => ({ ...one, mayEnter: one.opens <= round })),
          );
          if (decision.type !== 'grant') continue;
          const taken = queue.find(({ id }) => id === decision.to);
          expect(taken !== undefined && taken.opens <= round).toBe(true);
          const passed = queue.filter(({ id, opens }) => id !== decision.to && opens <= round);
          for (const one of passed) {
            if (taken?.kind === 'PROMOTION') expect(one.kind).toBe('PROMOTION');
            if (taken?.kind === one.kind) expect(one.id > decision.to).toBe(true);
          }
          queue = queue.filter(({ id }) => id !== decision.to);
          if (taken !== undefined) granted.push({ contender: taken, round });
        }
        expect(granted).toHaveLength(arrivals.length);
      }),
    );
  });
});

describe('whoever is more urgent', () => {
  const urgent = (id: string, since: number, priority: Contender['priority']) => ({ ...waiting(id, since), priority });

  test('comes before those that have waited for longer, and after every rollback', () => {
    const queue = [urgent('low', 0, 'low'), urgent('normal', 1, 'normal'), urgent('high', 2, 'high')];
    expect(arbitrate(undefined, queue)).toEqual({ type: 'grant', to: 'high' });
    expect(arbitrate(undefined, queue.slice(0, 2))).toEqual({ type: 'grant', to: 'normal' });
    expect(arbitrate(undefined, [...queue, waiting('rollback', 3, 'ROLLBACK')])).toEqual({
      type: 'grant',
      to: 'rollback',
    });
  });

  test('takes no lane from a holder', () => {
    expect(arbitrate(holder('GUARDING'), [urgent('high', 0, 'high')])).toEqual({ type: 'keep' });
  });

  test('keeps nobody from the lane for ever, however many more urgent ones come', () => {
    const arrival = fc.record({
      priority: fc.constantFrom(...priorities),
      pauseMs: fc.integer({ min: 0, max: raiseAfterMs }),
    });
    fc.assert(
      fc.property(
        fc.array(arrival, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 60_000, max: 3_600_000 }),
        (arrivals, turnMs) => {
          let now = minute(0).getTime();
          const first: Contender = { ...contender('first'), priority: 'low', queuedAt: new Date(now) };
          const queue: Contender[] = [first];
          for (const [at, { priority, pauseMs }] of arrivals.entries()) {
            now += Math.min(pauseMs, turnMs);
            queue.push({ ...contender(`later-${String(at).padStart(3, '0')}`), priority, queuedAt: new Date(now) });
            const decision = arbitrateAt(undefined, queue, new Date(now));
            const granted = decision.type === 'grant' ? decision.to : '';
            const waited = now - minute(0).getTime();
            // After two raises it is as urgent as anybody can be, and has waited for longest.
            if (queue.includes(first) && waited >= 2 * raiseAfterMs) expect(granted).toBe('first');
            queue.splice(
              queue.findIndex(({ id }) => id === granted),
              1,
            );
          }
        },
      ),
    );
  });
});
