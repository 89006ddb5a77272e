import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { newestGates } from '../activities/policy/newest-gates.js';
import { type PreparationDeps, whenPrepared } from '../activities/policy/preparation.js';
import { readFacts } from '../activities/policy/read-facts.js';
import { planPromotion } from '../apps/api/promotion/plan.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { normaliseWindow } from '../core/calendar/normalise.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import { wantedBy } from '../core/policy/wanted.js';
import { requirePrincipal } from '../store/identity/read.js';
import { put } from '../test/support/restriction-people.js';
import { bookWith, staticRules } from '../test/support/static-rules.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';
import { type RoundFixture, startRoundFixture } from './round-fixture.js';

const attestations = 150;
const each = 25;

/** Measures a plan, as the API answers one, against a round of the same gates over the same evidence, in turns. */
export async function benchPlan(say: (text: string) => void): Promise<readonly Goal[]> {
  const fixture = await startRoundFixture();
  try {
    say(`attaching evidence until there are ${String(attestations)} attestations`);
    await fixture.growTo(attestations);
    const freeze = { kind: 'FREEZE', reason: 'rest', zone: 'Europe/Berlin', lanes: ['gold'] } as const;
    const times = { begins: '2026-01-02T18:00', lasts: 'PT62H', recurrence: 'FREQ=WEEKLY' };
    const { name: _name, ...spec } = normaliseWindow('weekend', { ...freeze, ...times });
    await put(fixture, 'dev', { kind: 'window', name: 'weekend', spec });
    const rules = staticRules(await bookWith());
    const cache = new EvidenceCache();
    const deps = { database: fixture.database, blobs: fixture.stores, rules, cache, now: () => new Date() };
    const principal = await fixture.database.transaction('default', (tx) => requirePrincipal(tx, 'dev'));
    const caller = { tenant: 'default', principal };
    const request = { bundle: fixture.bundle, lane: Lane.GOLD, explain: false };
    const plan = () => planPromotion(deps, caller, request);
    const work = { plan, round: () => round(fixture, deps) };
    for (const one of [work.plan, work.round, work.plan, work.round]) await one();
    const [plans, rounds]: [number[], number[]] = [[], []];
    for (let count = 0; count < each; count += 1) {
      plans.push(await timed(work.plan));
      rounds.push(await timed(work.round));
    }
    return [
      goalOf({
        ...{ name: 'a plan with its digest', unit: 'ms', figure: median(plans) },
        comparator: { name: 'a round of gates', figure: median(rounds) },
        goal: { atMost: 2 },
      }),
    ];
  } finally {
    await fixture.close();
  }
}

/** A round of the gates of gold, with what the process has verified before. */
async function round({ bundle }: RoundFixture, deps: PreparationDeps & Pick<RoundFixture, 'database'>): Promise<void> {
  const about = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
  await whenPrepared(deps, 'default', (known) =>
    deps.database.transaction('default', async (tx) => {
      const newest = await newestGates(tx, known, about);
      if ('problem' in newest) throw newest.problem;
      const { snapshot, digest: policyDigest } = newest;
      const subject = { ...about, bundle, policyDigest, wanted: wantedBy(snapshot) };
      return evaluateGates(snapshot, await readFacts(tx, known, subject), new Date());
    }),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
