import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { noRules } from '../activities/policy/rule-source.js';
import { connectToEnrolment } from '../apps/api/enrolment/client.js';
import { startServer } from '../apps/api/server.js';
import { type Clients, createClients } from '../apps/cli/connection/clients.js';
import { ensureDevelopmentIdentities } from '../apps/stack/development-identities.js';
import { repositoryRoot } from '../apps/stack/config.js';
import { openDatabase } from '../store/database.js';
import { laneViewsOf } from '../store/lane/read.js';
import { openStores } from '../test/support/blobs.js';
import type { EmbeddedCluster } from '../test/support/embedded-cluster.js';
import { benchBoardUnderWindows } from './board-windows.js';
import { benchBoardInBrowser } from './board-in-browser.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';

const samples = 15;

/** More promotions that have ended, so that there are ten for each product. */
const morePromotions = `
  insert into promotions (tenant_id, id, workflow_id, first_run_id, product, lane, bundle_digest, kind, state, policy_digest, ended_at)
  select p.tenant_id, p.id || '-' || n, p.id || '-' || n, p.id || '-' || n, p.product, p.lane, p.bundle_digest, p.kind, 'SUPERSEDED', p.policy_digest, now()
    from promotions p cross join generate_series(1, 2) n
   where p.state = 'SUPERSEDED' and p.lane <> 'bronze'`;

/**
 * Measures the board of lanes through the API, as `lane status` gets it, and in a browser.
 *
 * @param products how many products are there
 */
export async function benchBoard(
  { cluster, admin }: { readonly cluster: EmbeddedCluster; readonly admin: pg.Client },
  products: number,
): Promise<readonly Goal[]> {
  await admin.query(`begin; set local session_replication_role = replica; ${morePromotions}; commit; analyze`);
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  const database = openDatabase({ url: cluster.urls.api });
  const server = await startServer(
    {
      database,
      client: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }),
      blobs: openStores(cluster.dataDir, database),
      rules: noRules,
      cache: new EvidenceCache(),
      enrolment: connectToEnrolment('http://127.0.0.1:1'),
      publicOrigins: [],
      temporalUiUrl: '',
      now: () => new Date(),
    },
    { port: 0, pageDir: join(repositoryRoot, 'dist', 'dashboard') },
    (error) => console.error(error),
  );
  try {
    const token = await readFile(join(cluster.dataDir, 'identities', 'alice', 'token'), 'utf8');
    const url = `http://127.0.0.1:${String(server.port)}`;
    const clients = createClients(url, token.trim());
    return [
      await benchBoardRpc(admin, clients, products),
      await benchBoardUnderWindows(admin, clients, products),
      ...(await benchBoardInBrowser({ url, clients, products })),
    ];
  } finally {
    await server.close();
    await database.close();
  }
}

/**
 * Measures the board of lanes as the page and `lane status` get it, through the API, against its SQL alone on a connection of
 * its own: what decoding, converting, validating, encoding and the connection add.
 */
async function benchBoardRpc(admin: pg.Client, { promotions }: Clients, products: number): Promise<Goal> {
  const { rows } = await admin.query<{ count: number }>('select count(*)::integer as count from promotions');
  const raw = `${laneViewsOf(
    "select p.name, l.lane from products p cross join unnest(array['bronze', 'silver', 'gold']) as l (lane) where p.tenant_id = $1",
  )} order by w.product, w.lane`;
  const sql = () => admin.query({ name: 'board', text: raw, values: ['default'] });
  const rpc = () => promotions.listLanes({ pageSize: 1_000 });
  const times = { sql: [] as number[], rpc: [] as number[] };
  // In turns, so that whatever else the machine does hits both.
  for (let sample = 0; sample < samples + 2; sample += 1)
    for (const [which, ask] of [['sql', sql] as const, ['rpc', rpc] as const]) {
      const began = performance.now();
      await ask();
      // The first two prepare statements and fill caches.
      if (sample >= 2) times[which].push(performance.now() - began);
    }
  return goalOf({
    name: `the board of ${String(products)} products and ${String(rows[0]?.count)} promotions through the API`,
    unit: 'ms',
    figure: median(times.rpc),
    comparator: { name: 'its SQL alone', figure: median(times.sql) },
    goal: { atMost: 2 },
  });
}
