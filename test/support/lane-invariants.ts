import { expect } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { MethodEventType } from '../../core/event/types.js';
import { isEdge } from '../../core/promotion/edges.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import { wakeupsOf } from '../../workers/wake-ups.js';
import type { Transaction } from '../../store/database.js';
import { eventsWithIds } from '../../store/event/read.js';
import type { PromotionRow } from '../../store/promotion/read.js';
import { promotionEvents } from './event-tables.js';

/** An event with the transaction that wrote it. */
interface EventRow {
  readonly id: number;
  readonly xid: string;
  readonly type: MethodEventType;
  readonly lane: Lane;
  readonly promotion_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Rows {
  readonly promotions: readonly PromotionRow[];
  readonly lanes: readonly { readonly lane: Lane; readonly holder: string | null; readonly token: number }[];
  readonly events: readonly EventRow[];
}

const moving: readonly PromotionPhase[] = ['GUARDING', 'DEPLOYING', 'VERIFYING'];
const needs = (one: PromotionRow) => moving.includes(one.state) || (one.state === 'ERRORED' && one.switched);

/** What holds after every commit, whatever has happened to the promotions of a product. */
export async function requireOrder(
  tx: Transaction,
  product: string,
  known: {
    /** The workflow that each transaction was made for. */
    readonly actors: ReadonlyMap<string, string>;
    /** The attempts, and the promotions, whose step or run was said to have ended. */
    readonly closings: ReadonlySet<string>;
    readonly ended: ReadonlySet<string>;
  },
): Promise<void> {
  const rows: Rows = {
    promotions: await tx.query('select * from promotions where product = $1 order by id', [product]),
    lanes: await tx.query(
      'select lane, holder_promotion_id as holder, fencing_token as token from lanes where product = $1',
      [product],
    ),
    events: await tx.query(
      `select id, transaction_id::text as xid, type, lane, promotion_id, data from ${promotionEvents} e
        where product = $1 order by id`,
      [product],
    ),
  };
  for (const lane of rows.lanes) requireOneHolder(lane, rows);
  requireRisingTokens(rows);
  for (const promotion of rows.promotions) requirePath(promotion, rows);
  const left = rows.promotions.filter(({ reason }) => reason === 'its run was ended in Temporal');
  expect(left.map(({ id }) => id).filter((id) => !known.ended.has(id))).toEqual([]);
  await requireWakeups(tx, rows, known.actors);
  await requireOneRound(tx, product);
  await requireCountedStatements(tx, product, rows);
  await requireFencedEffects(tx, product, rows, known.closings);
  await requireHistory(tx, product, rows);
}

function requireOneHolder({ lane, holder }: Rows['lanes'][number], { promotions }: Rows): void {
  const here = promotions.filter((one) => one.lane === lane);
  const held = here.filter(needs).map(({ id }) => id);
  const queued = here.filter((one) => one.state === 'QUEUED');
  expect([lane, 'switched or moving', held]).toEqual([lane, 'switched or moving', held.length === 0 ? [] : [holder]]);
  expect(here.filter((one) => one.state === 'LIVE').length).toBeLessThanOrEqual(1);
  // A lane that somebody waits for is held, by one that needs it: no wake-up is owed by a lane that stands idle.
  const holds = here.find(({ id }) => id === holder);
  expect([lane, holder, holds?.state]).toEqual([lane, holds?.id ?? null, holds?.state]);
  if (holds !== undefined) expect(holds.state === 'QUEUED' || needs(holds)).toBe(true);
  else expect([lane, queued.map(({ id }) => id)]).toEqual([lane, []]);
}

function requireRisingTokens({ lanes, events }: Rows): void {
  for (const { lane, token } of lanes) {
    const granted = events
      .filter((event) => event.type === 'lane.granted' && event.lane === lane)
      .map(({ data }) => data['fencingToken'] as number);
    expect(granted).toEqual([...new Set(granted)].toSorted((a, b) => a - b));
    expect(token).toBeGreaterThanOrEqual(granted.at(-1) ?? 0);
  }
}

function requirePath({ id, state }: PromotionRow, { events }: Rows): void {
  let at: PromotionPhase = 'GATING';
  for (const event of events) {
    if (event.promotion_id !== id || event.type !== 'promotion.transitioned') continue;
    const { from, to } = event.data as { readonly from: PromotionPhase; readonly to: PromotionPhase };
    if (from !== at || !isEdge(from, to)) expect([id, from, to]).toEqual([id, at, 'a phase that follows']);
    at = to;
  }
  expect([id, at]).toEqual([id, state]);
}

/** What somebody else's transaction did to a promotion wakes its run. */
async function requireWakeups(
  tx: Transaction,
  { promotions, events }: Rows,
  actors: ReadonlyMap<string, string>,
): Promise<void> {
  const foreign = events.filter(({ xid, promotion_id: id, type }) => {
    const workflowId = promotions.find((one) => one.id === id)?.workflow_id;
    const acts = actors.get(xid);
    if (acts === undefined) throw new Error(`nobody knows who made transaction ${xid}`);
    return acts !== workflowId && ['promotion.transitioned', 'lane.granted'].includes(type);
  });
  const ids = foreign.map(({ id }) => id);
  for (const event of await eventsWithIds(tx, ids)) {
    const run = promotions.find(({ id }) => id === event.promotionId)?.first_run_id;
    const woken = (await wakeupsOf(tx, event)).map((wakeup) => (wakeup.to === 'promotion' ? wakeup.firstRunId : ''));
    expect([event, woken]).toEqual([event, expect.arrayContaining([run])]);
  }
}

async function requireOneRound(tx: Transaction, product: string): Promise<void> {
  const sql = `select r.promotion_id, r.xmin::text, count(*) from gate_rounds r
     join promotions p on p.tenant_id = r.tenant_id and p.id = r.promotion_id
    where p.product = $1 group by 1, 2 having count(*) > 1`;
  expect(await tx.query(sql, [product])).toEqual([]);
}

async function requireCountedStatements(tx: Transaction, product: string, { promotions, events }: Rows): Promise<void> {
  const decisions = await tx.query<{ promotion_id: string; verb: string; statement_digest: Digest }>(
    `select d.promotion_id, d.verb, d.statement_digest from decisions d
       join promotions p on p.tenant_id = d.tenant_id and p.id = d.promotion_id where p.product = $1 and d.accepted`,
    [product],
  );
  expect(new Set(decisions.map((one) => one.statement_digest)).size).toBe(decisions.length);
  for (const { id, attempt } of promotions) {
    const retries = decisions.filter((one) => one.promotion_id === id && one.verb === 'retry').length;
    const endings = events.filter((event) => event.promotion_id === id && event.type === 'promotion.ending').length;
    // A return that is given up and begun again is the only other reason for another attempt.
    expect([id, attempt - 1 <= retries + Math.max(0, endings - 1)]).toEqual([id, true]);
  }
}

async function requireFencedEffects(
  tx: Transaction,
  product: string,
  { events }: Rows,
  closings: ReadonlySet<string>,
): Promise<void> {
  const holds = new Set(
    events
      .filter((event) => event.type === 'lane.granted')
      .map((event) => `${event.promotion_id} ${String(event.data['fencingToken'])}`),
  );
  const effects = await tx.query<{ id: string; token: number; what: string }>(
    `select s.promotion_id as id, s.fencing_token as token, s.step as what from promotion_steps s
       join promotions p on p.tenant_id = s.tenant_id and p.id = s.promotion_id where p.product = $1 and s.step <> 'attest'
     union all select promotion_id, fencing_token, 'switch' from alias_switches where product = $1`,
    [product],
  );
  expect(effects.filter(({ id, token }) => !holds.has(`${id} ${String(token)}`))).toEqual([]);
  const closed = await tx.query<{ key: string }>(
    `select s.promotion_id || '/' || s.attempt as key from promotion_steps s
       join promotions p on p.tenant_id = s.tenant_id and p.id = s.promotion_id
      where p.product = $1 and s.outcome = 'TROUBLE'`,
    [product],
  );
  // Nobody's step is closed but that of the attempt which was said to have ended.
  expect(closed.map(({ key }) => key).filter((key) => !closings.has(key))).toEqual([]);
}

async function requireHistory(tx: Transaction, product: string, { promotions, lanes }: Rows): Promise<void> {
  const tops = await tx.query<{ lane: Lane; promotion_id: string; bundle_digest: Digest; served: Digest }>(
    `select distinct on (h.lane) h.lane, h.promotion_id, h.bundle_digest, a.bundle_digest as served
       from lane_history h join lane_aliases a using (tenant_id, product, lane)
      where h.product = $1 and h.withdrawn_by is null order by h.lane, h.position desc`,
    [product],
  );
  const live = promotions.filter((one) => one.state === 'LIVE').map(({ lane, id }) => [lane, id]);
  expect(tops.map((top) => [top.lane, top.promotion_id]).toSorted()).toEqual(live.toSorted());
  for (const { lane, bundle_digest: bundle, served } of tops)
    if (lanes.find((one) => one.lane === lane)?.holder === null) expect([lane, served]).toEqual([lane, bundle]);
}
