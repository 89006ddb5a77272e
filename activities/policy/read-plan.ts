import { nodeHashing } from '../../adapters/hash/node-hashing.js';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { shortId, workflowIds } from '../../core/ids.js';
import { contentOf, digestOfPlan, type PlanContent, textOfPlan } from '../../core/plan/content.js';
import type { Capable } from '../../core/plan/people.js';
import type { PlanScene } from '../../core/plan/timeline.js';
import { type Evaluation, evaluateGates } from '../../core/policy/evaluate.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import { wantedBy } from '../../core/policy/wanted.js';
import type { Schedule } from '../../core/promotion/schedule.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import {
  actionOf,
  type LaneStatus,
  type LaneSubject,
  type RestrictionInForce,
  statusOfLane,
  statusOfUnbelieved,
} from '../../core/restriction/closed.js';
import type { Transaction } from '../../store/database.js';
import { rolesOf, wasValid } from '../../store/identity/read.js';
import { laneHistory } from '../../store/lane/history.js';
import { promotionsInQueue, type Queued } from '../../store/lane/queue.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { openPromotionOf, type StoredPromotion } from '../../store/promotion/read.js';
import { restrictionsOn, type StoredRestriction } from '../../store/restriction/read.js';
import { problemOfRestrictions } from '../restriction/believed.js';
import { haveOtherRules, type NewestGates, newestGates } from './newest-gates.js';
import { type Keys, readKeys } from './evidence-items.js';
import type { Preparation } from './preparation.js';
import { readFacts } from './read-facts.js';

/** What is planned. */
export interface Planned {
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  /** Who would request it. */
  readonly requester: string;
  readonly schedule: Schedule;
}

/** A plan, as rows and verified statements say now. */
export interface ReadPlan {
  readonly digest: Digest;
  readonly content: PlanContent;
  /** The content as it is hashed and kept. */
  readonly text: string;
  readonly scene: PlanScene;
  readonly newest: NewestGates;
  readonly evaluation: Evaluation;
  /** The promotion that is under way, which a request would join. */
  readonly underWay: StoredPromotion | undefined;
  readonly live: Digest | undefined;
  /** The other promotions that have the lane or wait for it. */
  readonly queue: readonly Queued[];
}

/**
 * Reads everything that a plan rests on: whoever answers one, and whoever decides whether one still holds, does this, and
 * believes no text. A promotion that is under way is planned with the approvals that it has, by its own schedule, and is not
 * in its own queue.
 *
 * @param explain whether to tell what rules have read
 * @throws Unprepared, POLICY_UNTRUSTED, INVALID_POLICY
 */
export async function readPlan(
  tx: Transaction,
  known: Preparation,
  planned: Planned,
  { now, explain = false }: { readonly now: Date; readonly explain?: boolean },
): Promise<ReadPlan> {
  const { product, lane, bundle, kind } = planned;
  const newest = await newestGates(tx, known, planned);
  if ('problem' in newest) throw newest.problem;
  const underWay = await underWayOf(tx, planned);
  const requester = underWay?.requester ?? planned.requester;
  const keys = await readKeys(tx);
  const invoker = await invokerOf(tx, requester);
  const { snapshot, policyDigest } = await rulesFor(tx, newest, underWay);
  const facts = await factsFor(tx, known, { ...planned, requester, policyDigest, snapshot, underWay, invoker });
  const evaluation = evaluateGates(snapshot, facts, now, [], { explain });
  const restrictions = (await restrictionsOn(tx, planned)).filter(
    ({ restriction }) => restriction.kind !== 'recall' || restriction.spec.bundle === bundle,
  );
  const problem = await problemOfRestrictions(tx, known, planned);
  const queue = (await promotionsInQueue(tx, planned)).filter(({ promotion }) => promotion.id !== underWay?.id);
  const live = (await laneHistory(tx, product, lane, 1))[0]?.bundle;
  const schedule = scheduleOf(planned, underWay);
  const content = contentOf(
    {
      ...{ requester, policy: policyDigest, definition: newest.definition, live: live ?? null, schedule },
      ...{ snapshot, facts, evaluation, problem: problem ?? null },
      restrictions: restrictions.map((one) => ({
        ...{ kind: one.restriction.kind, name: one.restriction.name },
        ...{ revision: one.revision, content: one.content, by: one.changedBy },
      })),
      queue: queue.map(({ promotion: { id }, holds }) => ({ id, holds })),
    },
    nodeHashing,
  );
  const { notBefore, notAfter, priority } = schedule;
  const subject: Omit<LaneSubject, 'action'> = {
    ...{ product, lane, bundle, invoker },
    ...(notBefore !== undefined && { startsAt: new Date(notBefore) }),
  };
  const laneAt = statusOver(restrictions, { ...subject, action: actionOf(kind) }, problem);
  const settled = settledBy(lane, { live, bundle, underWay });
  const scene: PlanScene = {
    ...{ snapshot, facts, laneAt, notices: evaluation.notices, people: peopleWithKeys(keys, now) },
    // Windows of requests and approvals are for promotions alone.
    ...(kind === 'PROMOTION' && {
      ...(underWay === undefined && {
        requestAt: statusOver(restrictions, { product, lane, invoker, action: 'REQUEST' }),
      }),
      approvalsAt: statusOver(forEverybody(restrictions), { product, lane, action: 'APPROVE' }),
    }),
    ...(notAfter !== undefined && { notAfter: new Date(notAfter) }),
    queue: queue.map(({ promotion, holds }) => ({
      ...{ id: promotion.id, kind: promotion.kind, priority: promotion.priority, phase: promotion.state, holds },
      queuedAt: promotion.queuedAt ?? undefined,
    })),
    own: { kind, priority, queuedAt: underWay?.queuedAt ?? undefined },
    ...(settled !== undefined && { settled }),
  };
  const text = textOfPlan(content);
  return {
    ...{ content, text, scene, newest, evaluation, underWay, live, queue },
    digest: digestOfPlan(content, nodeHashing),
  };
}

async function underWayOf(tx: Transaction, { product, lane, bundle, kind }: Planned) {
  const open = await openPromotionOf(tx, workflowIds.promotion(tx.tenant, product, lane, bundle, kind));
  return open?.state === 'LIVE' ? undefined : open;
}

async function invokerOf(tx: Transaction, name: string) {
  return { name, roles: (await rolesOf(tx, [name])).get(name) ?? [] };
}

/** The gates by which it will be judged: a promotion that is under way keeps its own where the rules are the same. */
async function rulesFor(tx: Transaction, newest: NewestGates, underWay: StoredPromotion | undefined) {
  return underWay === undefined || haveOtherRules(newest, underWay)
    ? { snapshot: newest.snapshot, policyDigest: newest.digest }
    : { snapshot: await requireSnapshot(tx, underWay.policyDigest), policyDigest: underWay.policyDigest };
}

async function factsFor(
  tx: Transaction,
  known: Preparation,
  {
    underWay,
    snapshot,
    invoker,
    ...subject
  }: Planned &
    Awaited<ReturnType<typeof rulesFor>> & {
      readonly underWay: StoredPromotion | undefined;
      readonly invoker: Awaited<ReturnType<typeof invokerOf>>;
    },
): Promise<PolicyFacts> {
  const facts = await readFacts(tx, known, {
    ...subject,
    wanted: wantedBy(snapshot),
    ...(underWay !== undefined && { promotionId: underWay.id }),
  });
  return facts.requester === undefined
    ? { ...facts, requester: { principal: invoker.name, roles: invoker.roles } }
    : facts;
}

function scheduleOf({ schedule }: Planned, underWay: StoredPromotion | undefined): PlanContent['schedule'] {
  if (underWay === undefined || underWay.requester === null)
    return {
      ...(schedule.notBefore !== undefined && { notBefore: instant(schedule.notBefore) }),
      ...(schedule.notAfter !== undefined && { notAfter: instant(schedule.notAfter) }),
      priority: schedule.priority ?? 'normal',
    };
  const { startsAt, notAfter, priority } = underWay;
  return {
    ...(startsAt !== null && { notBefore: startsAt.toISOString() }),
    ...(notAfter !== null && { notAfter: notAfter.toISOString() }),
    priority,
  };
}

/** An instant in the one form in which equal ones are equal texts. */
function instant(text: string): string {
  return new Date(text).toISOString();
}

function statusOver(
  restrictions: readonly RestrictionInForce[],
  subject: LaneSubject,
  problem?: string,
): (at: Date) => LaneStatus {
  if (problem === undefined) return (at) => statusOfLane(restrictions, subject, at);
  return () => statusOfUnbelieved(problem);
}

/** Those that hold for whoever approves. */
function forEverybody(restrictions: readonly StoredRestriction[]): readonly StoredRestriction[] {
  return restrictions.filter(
    ({ restriction }) => restriction.kind !== 'window' || restriction.spec.invokers === undefined,
  );
}

/** Everybody who has a key that counts. */
function peopleWithKeys(keys: Keys, now: Date): readonly Capable[] {
  const people = new Map<string, Capable>();
  for (const key of keys.values())
    if (key.purpose === 'person' && wasValid(key, now))
      people.set(key.principal, { principal: key.principal, principalKind: key.principalKind, roles: key.roles });
  return [...people.values()].sort((a, b) => (a.principal < b.principal ? -1 : 1));
}

/** Why nothing is to be planned any more, in words. */
function settledBy(
  lane: Lane,
  { live, bundle, underWay }: { live: Digest | undefined; bundle: Digest; underWay: StoredPromotion | undefined },
): string | undefined {
  if (underWay !== undefined && !['GATING', 'AWAITING_APPROVAL', 'QUEUED'].includes(underWay.state))
    return `promotion ${shortId(underWay.id)} is ${underWay.state} already`;
  return live === bundle && underWay === undefined ? `the bundle is live in ${lane} already` : undefined;
}
