import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { timelineOf } from '../../../core/plan/timeline.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import type { RestrictionInForce } from '../../../core/restriction/closed.js';
import { evidence, now } from '../../support/policy-facts.js';
import { freeze, gateOf, sceneOf } from '../../support/plan-scene.js';

const hour = 3_600_000;
const at = (hours: number) => new Date(now.getTime() + hours * hour);

const live = (since: Date) => ({
  lanes: {
    bronze: { live: false, wasLive: false },
    silver: { live: true, wasLive: true, intervals: [{ from: since.toISOString() }] },
    gold: { live: false, wasLive: false },
  },
});
const soak = gateOf('soak', { soak: { lane: 'silver', forSeconds: 7_200 } });
const fresh = gateOf('fresh', {
  message: 'lane evidence attach {bundle} --kind scan',
  evidence: { kind: 'scan', per: 'bundle', min: 1, maxAgeSeconds: 10_800, signers: { roles: ['qa'] } },
});
const approvals = gateOf('approvals', {
  message: 'lane approve {promotion}',
  approvals: { count: 2, roles: ['qa', 'product-owner'], distinctRoles: false, separation: ['requester', 'author'] },
});
const human = (principal: string, ...roles: string[]) => ({ principal, principalKind: 'human', roles }) as const;

describe('a promotion that waits for time alone', () => {
  test('begins when its soak ends', () => {
    const { earliest, steps } = timelineOf(sceneOf([soak], live(now)), now);
    expect(earliest).toEqual(at(2));
    expect(steps.map(({ kind, about }) => [kind, about])).toEqual([
      ['PASSES', 'soak'],
      ['STARTS', ''],
    ]);
  });

  test('begins when a freeze is over, if its soak ends in that', () => {
    const { earliest, steps } = timelineOf(sceneOf([soak], live(now), [freeze('xmas', at(1), at(5))]), now);
    expect(earliest).toEqual(at(5));
    expect(steps.map(({ kind, at: when }) => [kind, when])).toEqual([
      ['CLOSES', at(1)],
      ['PASSES', at(2)],
      ['OPENS', at(5)],
      ['STARTS', at(5)],
    ]);
  });

  test('begins after its own schedule, and after a freeze in which that is', () => {
    const scene = sceneOf([soak], live(now), [freeze('xmas', at(3), at(6))], { startsAt: at(4) });
    expect(timelineOf(scene, now).earliest).toEqual(at(6));
  });

  test('fails where it cannot have begun by when it has to', () => {
    const scene = sceneOf([soak], live(now), [], { notAfter: at(1.5) });
    const { earliest, notBefore, whyUnknown, steps } = timelineOf(scene, now);
    expect([earliest, notBefore]).toEqual([undefined, undefined]);
    expect(whyUnknown).toBe(`it would fail at ${at(1.5).toISOString()}`);
    expect(steps.at(-1)).toMatchObject({ kind: 'FAILS', at: at(1.5) });
  });

  test('waits until it may be requested', () => {
    const requests = freeze('quiet', at(-1), at(1));
    const { laneAt } = sceneOf([], {}, [requests]);
    const { earliest, steps } = timelineOf(sceneOf([], {}, [], { requestAt: laneAt }), now);
    expect(earliest).toEqual(at(1));
    expect(steps[0]).toMatchObject({ kind: 'ADMITS', words: 'requests are refused until then: freeze: rest (quiet)' });
  });
});

describe('what is planned', () => {
  const instants = fc.integer({ min: -5, max: 40 }).map((quarter) => at(quarter / 4));

  test('is the first instant at which every gate passes and the lane is open', () => {
    const freezes = fc.array(fc.tuple(instants, fc.integer({ min: 1, max: 12 })), { maxLength: 3 });
    fc.assert(
      fc.property(instants, freezes, instants, (since, spans, startsAt) => {
        const closed = spans.map(([begins, quarters], index) =>
          freeze(`f${String(index)}`, begins, new Date(begins.getTime() + (quarters * hour) / 4)),
        );
        const scene = sceneOf([soak], live(since), closed, { startsAt });
        const isReady = (when: Date) =>
          evaluateGates(scene.snapshot, scene.facts, when).outcome === 'PASS' &&
          scene.laneAt(when).closures.length === 0;
        // Everything changes at quarters of an hour.
        const first = Array.from({ length: 400 }, (_, quarter) => at(quarter / 4)).find(isReady);
        expect(timelineOf(scene, now).earliest).toEqual(first);
      }),
    );
  });
});

describe('evidence that becomes too old before the lane opens', () => {
  const scan = evidence({
    ...{ id: 'scan', kind: 'scan', subjects: [sceneOf([]).facts.bundle.digest], registeredAt: now.toISOString() },
    signer: { ...evidence().signer!, principal: 'quinn', purpose: 'person', roles: ['qa'] },
  });
  const scene = sceneOf([fresh], { evidence: [scan] }, [freeze('xmas', at(0), at(5))], {
    people: [human('quinn', 'qa'), human('dev', 'developer')],
  });

  test('is needed again, and the plan says when, from whom, and that nobody can say more', () => {
    const { earliest, whyUnknown, notBefore, steps } = timelineOf(scene, now);
    expect(earliest).toBeUndefined();
    expect(whyUnknown).toBe('nobody can say when: gate fresh waits for evidence');
    expect(notBefore).toEqual(at(5));
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'EXPIRES', at: at(3), about: 'fresh' }));
    expect(steps).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'NEEDED', at: at(5), about: 'fresh', who: [{ name: 'quinn', roles: ['qa'] }] },
        next: expect.stringContaining('lane evidence attach'),
      }),
    );
  });
});

describe('a promotion that waits for people', () => {
  const people = [human('anna', 'qa'), human('rita', 'qa'), human('pia', 'product-owner'), human('dev', 'developer')];
  const robot = { principal: 'robot', principalKind: 'agent', roles: ['qa'] } as const;

  test('names those who can, and neither its author, nor who requests it, nor a machine', () => {
    const { steps, whyUnknown, earliest } = timelineOf(
      sceneOf([approvals], {}, [], { people: [...people, robot] }),
      now,
    );
    expect(earliest).toBeUndefined();
    expect(whyUnknown).toBe('nobody can say when: gate approvals waits for people who approve');
    expect(steps[0]).toMatchObject({
      kind: 'NEEDED',
      about: 'approvals',
      who: [{ name: 'pia', roles: ['product-owner'] }],
    });
    expect(steps[0]?.words).toContain('2 people are needed, and 1 can');
    expect(steps[0]?.next).toContain('lane approve');
  });

  test('says so where nobody who may has a key', () => {
    const { steps } = timelineOf(sceneOf([approvals], {}, [], { people: [human('anna', 'qa')] }), now);
    expect(steps[0]).toMatchObject({ who: [], words: expect.stringContaining('nobody who may has a key') });
  });

  test('does not begin before what time brings, even if they did everything at once', () => {
    const scene = sceneOf([approvals, soak], live(now), [freeze('xmas', at(1), at(5))], { people });
    const { notBefore, steps } = timelineOf(scene, now);
    expect(notBefore).toEqual(at(5));
    expect(steps.map(({ kind }) => kind)).toEqual(['NEEDED', 'CLOSES', 'PASSES', 'OPENS', 'STARTS']);
  });

  test('has to soak in full once its bundle is live there', () => {
    const { notBefore, steps } = timelineOf(sceneOf([soak], {}, [], { people }), now);
    expect(notBefore).toEqual(at(2));
    expect(steps[0]).toMatchObject({ kind: 'NEEDED', about: 'soak', who: [{ name: 'dev', roles: ['developer'] }] });
  });
});

describe('a lane that somebody holds', () => {
  const hold: RestrictionInForce = {
    restriction: {
      kind: 'hold',
      name: 'shop.gold',
      spec: {
        product: 'shop',
        lane: 'gold',
        holds: [{ id: '0123abcd', by: 'anna', since: now.toISOString(), reason: 'errors', stops: ['DEPLOY'] }],
      },
    },
    changedBy: 'anna',
  };

  test('opens when somebody lifts that, who is named, with the command', () => {
    const people = [human('anna', 'qa'), human('olga', 'operator')];
    const { earliest, notBefore, whyUnknown, steps } = timelineOf(sceneOf([], {}, [hold], { people }), now);
    expect([earliest, notBefore]).toEqual([undefined, undefined]);
    expect(whyUnknown).toBe('nobody can say when: the lane is closed (anna holds gold of shop: errors)');
    expect(steps[0]).toMatchObject({
      ...{ kind: 'NEEDED', about: 'shop.gold', who: [{ name: 'anna' }, { name: 'olga' }] },
      next: 'lane resume shop --lane gold --hold 0123abcd --reason TEXT',
    });
  });
});

describe('the queue of a plan', () => {
  const waiting = { kind: 'PROMOTION', phase: 'QUEUED', holds: false } as const;

  test('says who has the lane, and who comes before and after', () => {
    const queue = [
      { ...waiting, id: 'low', priority: 'low', queuedAt: now } as const,
      { ...waiting, id: 'high', priority: 'high', queuedAt: now } as const,
      { ...waiting, id: 'holder', priority: 'low', queuedAt: at(-1), phase: 'DEPLOYING', holds: true } as const,
    ];
    const timeline = timelineOf(sceneOf([], {}, [], { queue }), now);
    expect(timeline.queue.map(({ id, ahead }) => [id, ahead])).toEqual([
      ['holder', true],
      ['high', true],
      ['low', false],
    ]);
    expect(timeline.steps.filter(({ kind }) => kind === 'QUEUE').map(({ about }) => about)).toEqual(['holder', 'high']);
    expect(timeline.earliest).toEqual(now);
  });
});
