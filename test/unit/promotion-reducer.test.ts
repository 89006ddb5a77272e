import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import type { GateRound, PromotionEvent } from '../../core/promotion/events.js';
import { giveUpAfterMs, initialReduction, reduce } from '../../core/promotion/reducer.js';
import { hasEnded, type PromotionIdentity, type PromotionMachine, timelineLength } from '../../core/promotion/state.js';
import type { Reduction } from '../../core/promotion/transitions.js';

const now = new Date('2026-03-01T12:00:00Z');
const digest = `sha256:${'a'.repeat(64)}` as const;
const identity: PromotionIdentity = {
  tenant: 'default',
  product: 'shop',
  lane: 'gold',
  bundle: digest,
  kind: 'PROMOTION',
  promotionId: 'run',
  policyDigest: digest,
};

type Event = Exclude<PromotionEvent, { type: 'opened' }>;

function round(outcome: GateRound['outcome'], recheckAt?: string): Event {
  return {
    type: 'gates-evaluated',
    round: { round: 1, verdicts: [], outcome, reason: outcome, ...(recheckAt !== undefined && { recheckAt }) },
  };
}

function accepted(verb: 'approve' | 'reject' | 'abort' | 'retry'): Event {
  return { type: 'decided', decision: { accepted: true, verb, principal: 'alice', text: `${verb} by alice` } };
}

const trouble = (step: 'guard' | 'deploy' | 'verify' | 'revert'): Event => ({
  type: 'step-failed',
  step,
  kind: 'trouble',
  error: { step, code: 'UNAVAILABLE', message: 'no' },
});
const verdict = (step: 'guard' | 'deploy' | 'verify' | 'revert'): Event => ({
  type: 'step-failed',
  step,
  kind: 'verdict',
  error: { step, code: 'SERVICE_UNHEALTHY', message: 'no' },
});
const done = (step: 'guard' | 'deploy' | 'verify' | 'revert'): Event => ({ type: 'step-done', step });
const granted: Event = { type: 'lane-granted', fencingToken: 7 };

/** The machine after a list of events, with the result of the last one. */
function after(...events: Event[]): Reduction {
  return events.reduce<Reduction>(
    (reduction, event) => reduce(reduction.state, event, now),
    initialReduction(identity, now),
  );
}

const toDeploying = [round('PASS'), granted, round('PASS'), done('guard')] as const;

describe('a promotion', () => {
  test('goes from the gates to live, recording each phase before what follows it', () => {
    expect(after().commands).toEqual([{ type: 'evaluate-gates' }]);
    expect(after(round('PASS')).state.phase).toBe('QUEUED');
    expect(after(round('PASS'), granted).commands).toEqual([{ type: 'evaluate-gates' }]);
    expect(after(...toDeploying).commands.map((command) => command.type)).toEqual(['record', 'run-step']);
    expect(after(...toDeploying, done('deploy'), done('verify'))).toMatchObject({
      state: { phase: 'LIVE' },
      commands: [
        { type: 'record', to: 'LIVE' },
        { type: 'attest', outcome: 'LIVE' },
      ],
    });
  });

  test('waits in AWAITING_APPROVAL when only people are missing, and in GATING otherwise', () => {
    expect(after(round('APPROVALS')).state.phase).toBe('AWAITING_APPROVAL');
    expect(after(round('OPEN')).state.phase).toBe('GATING');
    expect(after(round('APPROVALS'), round('OPEN')).state.phase).toBe('GATING');
  });

  test('goes back to the gates and frees the lane when they no longer pass once the lane is granted', () => {
    const { state } = after(round('PASS'), granted, round('OPEN'));
    expect(state.phase).toBe('GATING');
    expect(state.fencingToken).toBeUndefined();
  });

  test('evaluates the gates again when time can change a verdict, and clears the alarm when it cannot', () => {
    expect(after(round('OPEN', '2026-03-02T00:00:00Z')).state.recheckAt).toBe('2026-03-02T00:00:00Z');
    expect(after(round('OPEN', '2026-03-02T00:00:00Z'), { type: 'recheck-due' }).commands).toEqual([
      { type: 'evaluate-gates' },
    ]);
    expect(after(round('OPEN', '2026-03-02T00:00:00Z'), round('OPEN')).state.recheckAt).toBeUndefined();
  });

  test('that is a rollback moves the alias as soon as the lane is granted', () => {
    const rollback = initialReduction({ ...identity, kind: 'ROLLBACK' }, now);
    const { state, commands } = [round('PASS'), granted, round('PASS')].reduce<Reduction>(
      (reduction, event) => reduce(reduction.state, event, now),
      rollback,
    );
    expect(state).toMatchObject({ phase: 'DEPLOYING', switched: true });
    expect(commands).toContainEqual({ type: 'run-step', step: 'deploy' });
  });

  test('ignores a grant that is older than the one it has', () => {
    expect(after(round('PASS'), granted, { type: 'lane-granted', fencingToken: 6 }).state.fencingToken).toBe(7);
  });

  test('queues again when it loses the lane before the switch', () => {
    const { state, commands } = after(round('PASS'), granted, round('PASS'), { type: 'lane-lost' });
    expect(state).toMatchObject({ phase: 'QUEUED', switched: false });
    expect(commands.map((command) => command.type)).toEqual(['cancel-step', 'record']);
  });
});

describe('when a step fails', () => {
  test('a definite failure before the switch ends the promotion, with attestations', () => {
    expect(after(round('PASS'), granted, round('PASS'), verdict('guard'))).toMatchObject({
      state: { phase: 'FAILED' },
      commands: [{ type: 'cancel-step' }, { type: 'record' }, { type: 'attest' }],
    });
  });

  test('a definite failure after the switch moves the lane back first and then ends the promotion', () => {
    const reverting = after(...toDeploying, verdict('deploy'));
    expect(reverting.commands).toContainEqual({ type: 'run-step', step: 'revert' });
    expect(reduce(reverting.state, done('revert'), now).state.phase).toBe('FAILED');
  });

  test('a technical error before the switch frees the lane and waits for a person', () => {
    const { state } = after(round('PASS'), granted, round('PASS'), trouble('guard'));
    expect(state).toMatchObject({ phase: 'ERRORED', switched: false });
    expect(state.giveUpAt).toBeUndefined();
  });

  test('a technical error after the switch moves the lane back on its own after a set time', () => {
    const { state } = after(...toDeploying, trouble('verify'));
    expect(state.giveUpAt).toBe(new Date(now.getTime() + giveUpAfterMs).toISOString());
    expect(reduce(state, { type: 'give-up-due' }, now).commands).toContainEqual({ type: 'run-step', step: 'revert' });
  });

  test('a retry after the switch resumes at the step that failed, with another idempotency key', () => {
    const { state, commands } = after(...toDeploying, done('deploy'), trouble('verify'), accepted('retry'));
    expect(state).toMatchObject({ phase: 'VERIFYING', attempt: 2 });
    expect(commands).toContainEqual({ type: 'run-step', step: 'verify' });
  });
});

describe('ending a promotion', () => {
  test('by abort is immediate before the switch, and after it moves the lane back first', () => {
    expect(after(round('OPEN'), accepted('abort')).state.phase).toBe('ABORTED');
    expect(after(...toDeploying, accepted('abort')).commands).toEqual([
      { type: 'cancel-step' },
      { type: 'run-step', step: 'revert' },
    ]);
  });

  test('by cancellation is ignored and noted when it is live', () => {
    const { state } = after(...toDeploying, done('deploy'), done('verify'), { type: 'cancelled' });
    expect(state.phase).toBe('LIVE');
    expect(state.timeline.at(-1)?.text).toContain('lane rollback');
  });
});

describe('whatever happens, in any order', () => {
  const step = fc.constantFrom('guard', 'deploy', 'verify', 'revert' as const);
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.constantFrom<Event>(
      { type: 'changed' },
      { type: 'recheck-due' },
      { type: 'give-up-due' },
      { type: 'lane-lost' },
      { type: 'cancelled' },
    ),
    fc.constantFrom('PASS', 'APPROVALS', 'OPEN' as const).map((outcome) => round(outcome)),
    fc.constantFrom('approve', 'reject', 'abort', 'retry' as const).map(accepted),
    fc.integer({ min: 1, max: 9 }).map((fencingToken): Event => ({ type: 'lane-granted', fencingToken })),
    step.map(done),
    step.map(trouble),
    step.map(verdict),
    fc.constantFrom<Event>(
      { type: 'superseded', by: 'x', how: 'SUPERSEDED' },
      { type: 'superseded', by: 'x', how: 'ROLLED_BACK' },
    ),
  );

  test('an ended promotion stays ended, the timeline stays bounded, and nothing deploys without a token', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        let state: PromotionMachine = initialReduction(identity, now).state;
        for (const each of events) {
          const next = reduce(state, each, now);
          if (hasEnded(state.phase)) expect(next).toEqual({ state, commands: [] });
          if (next.commands.some((command) => command.type === 'run-step' && command.step === 'deploy'))
            expect(next.state.fencingToken).toBeDefined();
          expect(next.state.timeline.length).toBeLessThanOrEqual(timelineLength);
          state = next.state;
        }
      }),
      { numRuns: 500 },
    );
  });
});
