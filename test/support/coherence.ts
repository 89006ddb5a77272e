import { expect } from '@jest/globals';
import { hasEnded, type PromotionPhase } from '../../core/promotion/state.js';
import { rowsOf } from './attack-scene.js';
import type { Engine } from './engine.js';
import type { Placed } from './phases.js';
import { promotionEvents } from './event-tables.js';

/** What the rows of one lane say together. */
interface LaneRows extends Record<string, unknown> {
  readonly holder: string | null;
  readonly served: string | null;
  readonly observed: string | null;
  readonly live: string | null;
  readonly live_promotion: string | null;
}

/** Record, run, lane and alias of a promotion tell the same story, and so do all records under its workflow id. */
export async function expectCoherent(engine: Engine, placed: Placed): Promise<void> {
  const { product, lane, handle } = placed;
  const records = await rowsOf<{ id: string; state: PromotionPhase }>(
    engine,
    'select id, state from promotions where workflow_id = $1',
    handle.workflowId,
  );
  const open = records.filter(({ state }) => !hasEnded(state));
  expect(open.length).toBeLessThanOrEqual(1);
  await expectRun(engine, handle.workflowId, open[0]);

  const rows = await laneRowsOf(engine, product, lane);
  const inLane = await rowsOf<{ id: string; state: PromotionPhase; switched: boolean }>(
    engine,
    'select id, state, switched from promotions where product = $1 and lane = $2',
    product,
    lane,
  );
  const holder = inLane.find(({ id }) => id === rows.holder);
  const holding = inLane.filter(({ state }) => ['GUARDING', 'DEPLOYING', 'VERIFYING'].includes(state));
  expect(holding.map(({ id }) => id)).toEqual(holder === undefined ? [] : [rows.holder]);
  // While a promotion moves the lane, it serves what the promotion says; else what is live.
  if (holder?.switched !== true) expect([rows.served, rows.observed]).toEqual([rows.live, rows.live]);
  expect(inLane.filter(({ state }) => state === 'LIVE').map(({ id }) => id)).toEqual(
    rows.live_promotion === null ? [] : [rows.live_promotion],
  );
}

/** A record that is open has a run that says the same; one that has ended has none. */
async function expectRun(
  engine: Engine,
  workflowId: string,
  open: { readonly id: string; readonly state: PromotionPhase } | undefined,
): Promise<void> {
  const run = engine.client.workflow.getHandle(workflowId);
  const described = await run.describe().catch(() => undefined);
  if (open === undefined) expect(described?.status.name).not.toBe('RUNNING');
  else {
    expect(described?.status.name).toBe('RUNNING');
    expect(await run.query('status')).toMatchObject({ promotionId: open.id, state: open.state });
  }
}

async function laneRowsOf(engine: Engine, product: string, lane: string): Promise<LaneRows> {
  const [rows] = await rowsOf<LaneRows>(
    engine,
    `select l.holder_promotion_id as holder, a.bundle_digest as served, o.served_bundle_digest as observed,
            h.bundle_digest as live, h.promotion_id as live_promotion
       from lanes l
       left join lane_aliases a using (tenant_id, product, lane)
       left join alias_observations o using (tenant_id, product, lane)
       left join lateral (select * from lane_history
                           where product = l.product and lane = l.lane and withdrawn_by is null
                           order by position desc limit 1) h on true
      where l.product = $1 and l.lane = $2`,
    product,
    lane,
  );
  return rows ?? { holder: null, served: null, observed: null, live: null, live_promotion: null };
}

/** Nothing that has happened to a lane since an event names a person, and whatever was aborted says why. */
export async function expectNobodyNamed(engine: Engine, { product, lane }: Placed, since: number): Promise<void> {
  const events = await rowsOf<{ type: string; id: string; actor: string | null; text: string; why: string | null }>(
    engine,
    `select type, promotion_id as id, actor, data::text as text,
            case when data->>'to' = 'ABORTED' then coalesce(data->>'cause', 'none') end as why
       from ${promotionEvents} e where product = $1 and lane = $2 and e.id > $3 order by e.id`,
    product,
    lane,
    since,
  );
  const causes = new Map<string, string>();
  for (const { type, id, actor, text, why } of events) {
    expect([type, actor, text]).toEqual([type, null, expect.not.stringMatching(/\b(dev|alice|bob|carol)\b/)]);
    // The end of a way back repeats what began it, without the cause.
    if (why !== null && !causes.has(id)) causes.set(id, why);
  }
  expect([...causes.values()].filter((cause) => cause !== 'run-ended')).toEqual([]);
}
