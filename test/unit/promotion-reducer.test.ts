import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import type { RoundOutcome } from '../../core/policy/verdict.js';
import { isEdge } from '../../core/promotion/edges.js';
import { giveUpAfterMs, type Move, nextMove } from '../../core/promotion/reducer.js';
import { type Occasion, owedSteps, type Situation, stepOf } from '../../core/promotion/situation.js';
import type { StandingFound } from '../../core/promotion/standing.js';
import { hasEnded, type LaneStep, type PromotionPhase, type StepResult } from '../../core/promotion/state.js';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date(now.getTime() + 60_000);
const settled: Occasion = { gates: 'settled' };

function situation(changes: Partial<Situation> = {}): Situation {
  return {
    kind: 'PROMOTION',
    phase: 'GATING',
    standing: undefined,
    switched: false,
    attempt: 1,
    error: undefined,
    giveUpAt: undefined,
    ending: undefined,
    guards: true,
    token: undefined,
    round: undefined,
    results: {},
    attested: true,
    ...changes,
  };
}

const round = (outcome: RoundOutcome, token?: number): Situation['round'] => ({ outcome, reason: outcome, token });
const trouble = (step: LaneStep): StepResult => ({
  outcome: 'TROUBLE',
  error: { step, code: 'UNAVAILABLE', message: 'no' },
});
const refused = (step: LaneStep): StepResult => ({
  outcome: 'REFUSED',
  error: { step, code: 'SERVICE_UNHEALTHY', message: 'no' },
});
const done: StepResult = { outcome: 'DONE' };

/** A promotion in a phase in which it holds the lane. */
function holding(phase: PromotionPhase, changes: Partial<Situation> = {}): Situation {
  const switched = phase !== 'QUEUED' && phase !== 'GUARDING';
  return situation({ phase, token: 7, round: round('PASS', 7), switched, ...changes });
}

const order = (verb: 'reject' | 'abort' | 'retry'): Occasion => ({
  gates: 'settled',
  order: { verb, principal: 'alice' },
});

describe('a promotion that waits for its gates', () => {
  test('evaluates them when it is asked to, and otherwise waits', () => {
    expect(nextMove(situation(), { gates: 'wanted' }, now)).toEqual({ type: 'evaluate-gates' });
    expect(nextMove(situation({ round: round('OPEN') }), settled, now)).toBeUndefined();
  });

  test('queues when they pass, waits for people when only those are missing, and for more otherwise', () => {
    const after = (outcome: RoundOutcome, phase: PromotionPhase = 'GATING') =>
      nextMove(situation({ phase, round: round(outcome) }), { gates: 'evaluated' }, now);
    expect(after('PASS')).toMatchObject({ phase: 'QUEUED' });
    expect(after('APPROVALS')).toMatchObject({ phase: 'AWAITING_APPROVAL' });
    expect(after('APPROVALS', 'AWAITING_APPROVAL')).toBeUndefined();
    expect(after('OPEN', 'AWAITING_APPROVAL')).toMatchObject({ phase: 'GATING' });
  });

  test('never acts on a round of an earlier attempt', () => {
    expect(nextMove(situation({ round: round('PASS', 3) }), settled, now)).toEqual({ type: 'evaluate-gates' });
  });
});

describe('a promotion that is queued', () => {
  test('waits until it holds the lane', () => {
    expect(nextMove(situation({ phase: 'QUEUED', round: round('PASS') }), settled, now)).toBeUndefined();
  });

  test('evaluates its gates for the hold that it was granted, unless that was done for this very hold', () => {
    expect(nextMove(holding('QUEUED', { round: round('PASS') }), settled, now)).toEqual({ type: 'evaluate-gates' });
    expect(nextMove(holding('QUEUED', { round: round('PASS', 6) }), settled, now)).toEqual({ type: 'evaluate-gates' });
    expect(nextMove(holding('QUEUED'), settled, now)).toMatchObject({ type: 'enter', phase: 'GUARDING' });
  });

  test('goes back to the gates when they no longer pass', () => {
    expect(nextMove(holding('QUEUED', { round: round('OPEN', 7) }), settled, now)).toMatchObject({ phase: 'GATING' });
  });

  test('moves the alias at once when its lane is taken without a guard, as that of a rollback is', () => {
    expect(nextMove(holding('QUEUED', { guards: false }), settled, now)).toMatchObject({ phase: 'DEPLOYING' });
  });
});

describe('the steps', () => {
  test.each([
    ['GUARDING', 'guard', 'DEPLOYING'],
    ['DEPLOYING', 'deploy', 'VERIFYING'],
    ['VERIFYING', 'verify', 'LIVE'],
  ] as const)('of %s are owed until there is a result, which leads on', (phase, step, next) => {
    expect(owedSteps(holding(phase))).toEqual([step]);
    const after = holding(phase, { results: { [step]: done } });
    expect(owedSteps(after)).toEqual([]);
    expect(nextMove(after, settled, now)).toMatchObject({ type: 'enter', phase: next });
  });

  test('are not owed by a promotion that does not hold the lane', () => {
    expect(owedSteps(situation({ phase: 'GUARDING' }))).toEqual([]);
  });

  test('that fail definitely end the promotion: at once before the switch, after the way back otherwise', () => {
    expect(nextMove(holding('GUARDING', { results: { guard: refused('guard') } }), settled, now)).toMatchObject({
      type: 'enter',
      phase: 'FAILED',
    });
    expect(nextMove(holding('DEPLOYING', { results: { deploy: refused('deploy') } }), settled, now)).toMatchObject({
      type: 'begin-ending',
      ending: { phase: 'FAILED' },
    });
  });

  test('that run into trouble wait for a person, and after the switch only for a set time', () => {
    const before = nextMove(holding('GUARDING', { results: { guard: trouble('guard') } }), settled, now);
    expect(before).toMatchObject({ phase: 'ERRORED', error: { step: 'guard' } });
    expect(before).not.toHaveProperty('giveUpAt');
    const giveUpAt = new Date(now.getTime() + giveUpAfterMs);
    expect(nextMove(holding('VERIFYING', { results: { verify: trouble('verify') } }), settled, now)).toMatchObject({
      phase: 'ERRORED',
      giveUpAt,
    });
    const errored = holding('ERRORED', { giveUpAt, error: { step: 'verify', code: 'UNAVAILABLE', message: 'no' } });
    expect(nextMove(errored, settled, now)).toBeUndefined();
    expect(nextMove(errored, settled, giveUpAt)).toMatchObject({
      type: 'begin-ending',
      ending: { phase: 'FAILED' },
      cause: 'gave-up',
    });
  });
});

describe('the way back to what was live', () => {
  const ending = { phase: 'ABORTED', reason: 'aborted by alice' } as const;

  test('is the only step owed, and ends the promotion', () => {
    expect(owedSteps(holding('VERIFYING', { ending }))).toEqual(['revert']);
    expect(nextMove(holding('VERIFYING', { ending, results: { revert: done } }), settled, now)).toMatchObject({
      phase: 'ABORTED',
      reason: 'aborted by alice',
    });
  });

  test('is tried again in a new attempt, by a person or after a set time', () => {
    const results = { revert: trouble('revert') };
    expect(nextMove(holding('DEPLOYING', { ending, results }), settled, now)).toMatchObject({ phase: 'ERRORED' });
    const errored = holding('ERRORED', { ending, results, giveUpAt: later });
    expect(nextMove(errored, settled, now)).toBeUndefined();
    expect(nextMove(errored, settled, later)).toMatchObject({
      type: 'begin-ending',
      nextAttempt: true,
      cause: 'gave-up',
    });
    expect(nextMove(errored, order('retry'), now)).toEqual({ type: 'begin-ending', ending, nextAttempt: true });
  });
});

describe('a decision', () => {
  test('to abort ends a promotion at once before the switch, after the way back otherwise, and never a live one', () => {
    expect(nextMove(situation(), order('abort'), now)).toMatchObject({ type: 'enter', phase: 'ABORTED' });
    expect(nextMove(holding('VERIFYING'), order('abort'), now)).toMatchObject({ type: 'begin-ending' });
    expect(nextMove(holding('LIVE'), order('abort'), now)).toBeUndefined();
  });

  test('to retry is a new attempt: from the gates before the switch, from the step that failed otherwise', () => {
    expect(nextMove(situation({ phase: 'ERRORED' }), order('retry'), now)).toMatchObject({
      phase: 'GATING',
      nextAttempt: true,
    });
    const error = { step: 'verify', code: 'UNAVAILABLE', message: 'no' };
    expect(nextMove(holding('ERRORED', { error }), order('retry'), now)).toMatchObject({ phase: 'VERIFYING' });
    expect(nextMove(holding('VERIFYING'), order('retry'), now)).toBeUndefined();
  });
});

describe('when its run has ended in Temporal', () => {
  const ended: Occasion = { gates: 'settled', runEnded: true };
  test.each(['GATING', 'AWAITING_APPROVAL', 'QUEUED', 'ERRORED', 'LIVE'] as const)(
    'a promotion that is %s stays, and another run goes on',
    (phase) => {
      expect(nextMove(situation({ phase, switched: phase === 'LIVE' }), ended, now)).toBeUndefined();
    },
  );

  test.each(['QUEUED', 'GUARDING'] as const)('one that is %s with the lane is over', (phase) => {
    expect(nextMove(holding(phase), ended, now)).toMatchObject({
      type: 'enter',
      phase: 'ABORTED',
      cause: 'run-ended',
    });
  });

  test.each(['DEPLOYING', 'VERIFYING', 'ERRORED'] as const)('one that is %s and has switched goes back', (phase) => {
    expect(nextMove(holding(phase), ended, now)).toMatchObject({
      type: 'begin-ending',
      ending: { phase: 'ABORTED' },
      cause: 'run-ended',
    });
  });
});

const sound: StandingFound = { standing: 'SOUND', reason: 'all counts' };
const atRisk: StandingFound = { standing: 'AT_RISK', reason: 'a key was stolen' };

describe('whatever the database says', () => {
  const phase = fc.constantFrom<PromotionPhase>(
    ...(['GATING', 'AWAITING_APPROVAL', 'QUEUED', 'GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE', 'ERRORED'] as const),
    ...(['SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED'] as const),
  );
  const step = fc.constantFrom<LaneStep>('guard', 'deploy', 'verify', 'revert');
  const result = step.chain((name) =>
    fc.constantFrom(done, trouble(name), refused(name)).map((outcome) => ({ [name]: outcome })),
  );
  const token = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
  const anything: fc.Arbitrary<Situation> = fc.record({
    kind: fc.constantFrom('PROMOTION', 'ROLLBACK'),
    phase,
    standing: fc.constantFrom('SOUND', 'AT_RISK'),
    switched: fc.boolean(),
    attempt: fc.integer({ min: 1, max: 3 }),
    error: fc.constantFrom(undefined, { step: 'verify', code: 'UNAVAILABLE', message: 'no' }),
    giveUpAt: fc.constantFrom(undefined, now, later),
    ending: fc.constantFrom(undefined, { phase: 'ABORTED', reason: 'x' }, { phase: 'FAILED', reason: 'x' }),
    guards: fc.boolean(),
    token,
    round: fc.option(
      fc.record({
        outcome: fc.constantFrom<RoundOutcome>('PASS', 'APPROVALS', 'OPEN'),
        reason: fc.constant('x'),
        token,
      }),
      { nil: undefined },
    ),
    results: result,
    attested: fc.boolean(),
  });
  const moved: readonly PromotionPhase[] = ['DEPLOYING', 'VERIFYING', 'LIVE'];
  const anySituation = anything.map((one): Situation => {
    const switched = one.phase === 'ERRORED' ? one.switched : moved.includes(one.phase);
    const standing = one.phase === 'LIVE' ? one.standing : undefined;
    return { ...one, standing, switched, ending: switched && one.phase !== 'LIVE' ? one.ending : undefined };
  });
  const occasion: fc.Arbitrary<Occasion> = fc.oneof(
    fc.constantFrom<Occasion>({ gates: 'settled' }, { gates: 'wanted' }, { gates: 'evaluated' }),
    fc.constantFrom('abort', 'retry' as const).map(order),
    fc.constant<Occasion>({ gates: 'settled', runEnded: true }),
    fc.constantFrom<Occasion>({ gates: 'settled', standing: sound }, { gates: 'wanted', standing: atRisk }),
  );

  test('what has ended stays ended, every other move is an edge, and nothing takes the lane without holding it', () => {
    fc.assert(
      fc.property(anySituation, occasion, (before, why) => {
        const move: Move | undefined = nextMove(before, why, now);
        if (hasEnded(before.phase)) expect(move).toBeUndefined();
        if (move?.type === 'stand') expect(before.phase).toBe('LIVE');
        const cause = move !== undefined && 'cause' in move ? move.cause : undefined;
        if (cause !== undefined) expect(why.order).toBeUndefined();
        if (move?.type !== 'enter') return;
        if (move.phase === 'GUARDING') expect(before.token).toBeDefined();
        if (move.phase === 'LIVE') expect(before.results.verify).toEqual(done);
        if (move.phase !== before.phase) expect(isEdge(before.phase, move.phase)).toBe(true);
        if (stepOf(move.phase) === 'verify') expect(['DEPLOYING', 'ERRORED']).toContain(before.phase);
      }),
      { numRuns: 5_000 },
    );
  });
});
