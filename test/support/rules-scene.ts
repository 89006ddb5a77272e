import pg from 'pg';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import type { PolicyRoots } from '../../core/governance/pins.js';
import { type Database, openDatabase } from '../../store/database.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';
import { installPolicies } from './installed-rules.js';

/** The installed rules as the enrolment process reaches them; no engine runs. */
export interface RulesScene {
  readonly cluster: EmbeddedCluster;
  /** With the rights of the enrolment process. */
  readonly database: Database;
  readonly roots: PolicyRoots;
  /** Connected as the owner of the tables, who can do more than any process. */
  readonly owner: pg.Client;
  close(): Promise<void>;
}

/** Starts PostgreSQL with the development identities, and installs the rules. */
export async function startRulesScene(): Promise<RulesScene> {
  const cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  const database = openDatabase({ url: cluster.urls.enrolment, maxConnections: 6 });
  const roots = await installPolicies(cluster.urls);
  const owner = new pg.Client({ connectionString: cluster.adminUrl });
  await owner.connect();
  return {
    ...{ cluster, database, roots, owner },
    async close() {
      await owner.end();
      await database.close();
      await cluster.close();
    },
  };
}
