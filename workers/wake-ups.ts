import type { Concern } from '../core/event/registry.js';
import { concernsOf } from '../core/event/words.js';
import { parseDigest } from '../core/digest.js';
import { workflowIds } from '../core/ids.js';
import type { Transaction } from '../store/database.js';
import type { StoredEvent } from '../store/event/read.js';
import { liveRelyingOnKey } from '../store/policy/reliance.js';
import {
  gatingPromotions,
  openPromotionsWith,
  promotionsBeforeDeploy,
  promotionsWithoutLane,
  requirePromotion,
  type StoredPromotion,
} from '../store/promotion/read.js';

/**
 * One wake-up: the signal `changed` to a run, or to a lane that is started when it is not running. It carries nothing:
 * what has changed, the receiver reads from PostgreSQL.
 */
export type Wakeup =
  | { readonly to: 'promotion'; readonly workflowId: string; readonly firstRunId: string }
  | {
      readonly to: 'lane';
      readonly workflowId: string;
      readonly input: { readonly tenant: string; readonly product: string; readonly lane: string };
    };

/** Which runs an event concerns, each once. */
export async function wakeupsOf(tx: Transaction, event: StoredEvent): Promise<readonly Wakeup[]> {
  const found = new Map<string, Wakeup>();
  for (const concern of concernsOf(event))
    for (const wakeup of await wakeups[concern](tx, event))
      if (!found.has(wakeup.workflowId)) found.set(wakeup.workflowId, wakeup);
  return [...found.values()];
}

const wakeups: Readonly<Record<Concern, (tx: Transaction, event: StoredEvent) => Promise<readonly Wakeup[]>>> = {
  promotion: async (tx, { promotionId }) =>
    promotionId === undefined ? [] : [runOf(await requirePromotion(tx, promotionId))],
  /** The lane's own run shows who waits, and watches the holder for them. */
  lane: ({ tenant }, { product, lane }) =>
    Promise.resolve(
      product === null || lane === null
        ? []
        : [{ to: 'lane', workflowId: workflowIds.lane(tenant, product, lane), input: { tenant, product, lane } }],
    ),
  'waiting-with-bundle': async (tx, { bundleDigest }) =>
    bundleDigest === undefined ? [] : (await gatingPromotions(tx, { bundle: bundleDigest })).map(runOf),
  'waiting-for-lane': async (tx, { product, lane }) =>
    product === null || lane === null ? [] : (await gatingPromotions(tx, { product, lane })).map(runOf),
  'live-relying-on-key': async (tx, { data }) => (await liveRelyingOnKey(tx, parseDigest(data['keyId']))).map(runOf),
  'without-lane': async (tx) => (await promotionsWithoutLane(tx)).map(runOf),
  'with-bundle': async (tx, { bundleDigest }) =>
    bundleDigest === undefined ? [] : (await openPromotionsWith(tx, bundleDigest)).map(runOf),
  restricted: async (tx, { product }) => (await promotionsBeforeDeploy(tx, product ?? undefined)).map(runOf),
  waiting: async (tx) => (await gatingPromotions(tx, {})).map(runOf),
};

function runOf({ workflowId, firstRunId }: StoredPromotion): Wakeup {
  return { to: 'promotion', workflowId, firstRunId };
}
