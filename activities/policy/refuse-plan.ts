import type { Refusal } from '../../core/decision/check.js';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { PlanContent } from '../../core/plan/content.js';
import { changesSince } from '../../core/plan/difference.js';
import { readPlanContent } from '../../core/plan/read-content.js';
import type { Transaction } from '../../store/database.js';
import { findPlan } from '../../store/plan/read.js';
import type { Preparation } from './preparation.js';
import { type Planned, type ReadPlan, readPlan } from './read-plan.js';

/** The most that is said about what has changed. */
const maxWords = 2_000;

/**
 * Why a plan does not hold any more, or undefined where it does: everything that it rests on is read anew and compared by its
 * digest. What was kept of the plan gives the words alone.
 *
 * @throws Unprepared
 */
export async function refusePlan(
  tx: Transaction,
  known: Preparation,
  plan: Digest,
  planned: Planned,
  now: Date,
): Promise<Refusal | undefined> {
  return refuseOther(tx, plan, await readPlan(tx, known, planned, { now }));
}

/** Why a plan is not another one that was made just now; undefined where it is. */
export async function refuseOther(tx: Transaction, plan: Digest, current: ReadPlan): Promise<Refusal | undefined> {
  if (current.digest === plan) return undefined;
  const before = await keptContent(tx, plan);
  const changes =
    before === undefined
      ? [
          'it is not known here: it was never made for this tenant, or so many others were made since that it is not kept',
        ]
      : changesSince(before, current.content);
  const words = changes.join('; ');
  return { code: 'PLAN_STALE', reason: words.length > maxWords ? `${words.slice(0, maxWords - 1)}…` : words };
}

/** The error for a plan that does not hold. */
export function planStale(
  { reason }: Refusal,
  plan: Digest,
  { bundle, lane }: Pick<Planned, 'bundle' | 'lane'>,
): LanekeeperError {
  return new LanekeeperError('PLAN_STALE', {
    message: `plan ${shortId(plan)} does not hold for ${shortId(bundle)} to ${lane}: nothing was started`,
    object: `plan ${plan}`,
    why: reason,
    next: nextPlan({ bundle, lane }),
  });
}

/** The command that plans anew. */
export function nextPlan({ bundle, lane }: Pick<Planned, 'bundle' | 'lane'>): string {
  return `lane plan ${shortId(bundle)} --to ${lane}`;
}

async function keptContent(tx: Transaction, plan: Digest): Promise<PlanContent | undefined> {
  const kept = await findPlan(tx, plan);
  if (kept === undefined) return undefined;
  try {
    return readPlanContent(kept);
  } catch (error) {
    // Somebody has written it who owns the database: it says nothing about any plan.
    if (asLanekeeperError(error)?.code === 'INVALID_INPUT') return undefined;
    throw error;
  }
}
