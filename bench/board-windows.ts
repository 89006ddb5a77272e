import type pg from 'pg';
import type { Clients } from '../apps/cli/connection/clients.js';
import { normaliseWindow, type WrittenWindow } from '../core/calendar/normalise.js';
import { canonicalJson, digestOf } from '../core/hash.js';
import { lanes } from '../core/lanes.js';
import { scopeOf } from '../core/restriction/model.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';

const samples = 15;

/** How many windows there are, and how many of them hold for every product; each of the others holds for ten. */
const windows = { all: 200, everywhere: 20, productsOfEach: 10 } as const;

/**
 * Measures the board of lanes under many windows against the same board without any: how much more an answer takes that says
 * of each lane whether it is open, why not and until when. Some of them close lanes now; most come back.
 *
 * @param products how many products are there
 */
export async function benchBoardUnderWindows(
  admin: pg.Client,
  { promotions }: Clients,
  products: number,
): Promise<Goal> {
  await fillWindows(admin, products);
  const put = (state: 'ACTIVE' | 'RETIRED') =>
    admin.query(
      `begin; set local session_replication_role = replica; update restrictions set state = '${state}'; commit`,
    );
  const times = { without: [] as number[], under: [] as number[] };
  // In turns, so that whatever else the machine does hits both.
  for (let sample = 0; sample < samples + 2; sample += 1)
    for (const [which, state] of [['without', 'RETIRED'] as const, ['under', 'ACTIVE'] as const]) {
      await put(state);
      const began = performance.now();
      const { lanes: found } = await promotions.listLanes({ pageSize: 1_000 });
      const took = performance.now() - began;
      const closed = found.filter(({ opening }) => opening?.closed === true).length;
      if (closed > 0 !== (which === 'under')) throw new Error(`${String(closed)} lanes are closed ${which} windows`);
      // The first two prepare statements and fill caches.
      if (sample >= 2) times[which].push(took);
    }
  await put('RETIRED');
  return goalOf({
    name: `the board of ${String(products)} products under ${String(windows.all)} windows`,
    unit: 'ms',
    figure: median(times.under),
    comparator: { name: 'without windows', figure: median(times.without) },
    goal: { atMost: 1.5 },
  });
}

async function fillWindows(admin: pg.Client, products: number): Promise<void> {
  await admin.query('begin; set local session_replication_role = replica');
  for (let index = 0; index < windows.all; index += 1) {
    const name = `window-${String(index).padStart(3, '0')}`;
    const { name: _name, ...spec } = normaliseWindow(name, writtenWindow(index, products));
    const content = canonicalJson(spec);
    const scope = scopeOf({ kind: 'window', name, spec });
    await admin.query(
      `insert into restrictions (tenant_id, kind, name, revision, state, content, content_digest, changed_by, products, lanes)
       values ('default', 'window', $1, 1, 'RETIRED', $2, $3, 'dev', $4, $5)`,
      [name, content, digestOf(content), scope.products ?? null, scope.lanes ?? null],
    );
  }
  await admin.query('commit; analyze restrictions');
}

/** Freezes and change windows of several zones; every fourth one is there at any time, and the others come back each week. */
function writtenWindow(index: number, products: number): WrittenWindow {
  const isNow = index % 4 === 0;
  const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  return {
    kind: index % 3 === 0 ? 'CHANGE' : 'FREEZE',
    reason: `reason ${String(index)}`,
    zone: ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'][index % 4] ?? 'UTC',
    begins: `2026-01-0${String((index % 7) + 1)}T0${String(index % 8)}:00`,
    lasts: isNow ? 'P3650D' : 'PT4H',
    ...(!isNow && { recurrence: `FREQ=WEEKLY;BYDAY=${days[index % 7] ?? 'MO'}` }),
    lanes: [lanes[index % 3] ?? 'gold'],
    ...(index >= windows.everywhere && {
      products: Array.from(
        { length: windows.productsOfEach },
        (_, each) => `product-${String(((index * windows.productsOfEach + each) % products) + 1).padStart(6, '0')}`,
      ),
    }),
  };
}
