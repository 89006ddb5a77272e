import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { generateKeyPair, keyIdOf, loadSigner } from '../../adapters/sigstore/keys.js';
import type { StatementSigner } from '../../core/signature/ports.js';
import { digestOf } from '../../core/hash.js';
import { formatToken } from '../../core/identity/token.js';
import { openDatabase } from '../../store/database.js';
import { enrolKey } from '../../store/identity/keys.js';
import { ensureToken } from '../../store/identity/tokens.js';
import { ensurePrincipal } from '../../store/identity/write.js';
import { addTenant } from '../../store/provision.js';
import type { EmbeddedCluster } from './embedded-cluster.js';

/** Somebody of another tenant, who has every role there. */
export interface Stranger {
  readonly tenant: string;
  readonly name: string;
  readonly token: string;
  readonly signer: StatementSigner;
}

/** Adds a tenant with one person of all roles, for which the stack's own builder signs as for any other. */
export async function addStranger(cluster: EmbeddedCluster, tenant: string, name: string): Promise<Stranger> {
  await addTenant(cluster.adminUrl, tenant);
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  const token = formatToken(tenant, randomBytes(32).toString('base64url'));
  const database = openDatabase({ url: cluster.urls.enrolment, maxConnections: 1 });
  try {
    await database.transaction(tenant, async (tx) => {
      const roles = ['developer', 'qa', 'product-owner', 'release-manager', 'operator'];
      await ensurePrincipal(tx, { name, kind: 'human', displayName: name, roles });
      const keyId = keyIdOf(publicKeyPem);
      await enrolKey(tx, { keyId, principal: name, purpose: 'person', publicKeyPem, by: 'the test' });
      const build = await readFile(join(cluster.dataDir, 'keys', 'build', 'pub.pem'), 'utf8');
      await ensurePrincipal(tx, { name: 'builder', kind: 'service', displayName: 'Builder', roles: [] });
      await enrolKey(tx, {
        ...{ keyId: keyIdOf(build), principal: 'builder', purpose: 'build', publicKeyPem: build, by: 'the test' },
      });
      await ensureToken(tx, { tokenHash: digestOf(token), principal: name });
    });
  } finally {
    await database.close();
  }
  return { tenant, name, token, signer: loadSigner(privateKeyPem) };
}

/**
 * Every row of a tenant, table by table, as text that two moments can be compared by; without the leases that the
 * dispatcher renews by itself.
 */
export async function rowsOfTenant(adminUrl: string, tenant: string): Promise<Readonly<Record<string, string>>> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const tables = await admin.query<{ name: string }>(
      "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id' and table_name <> 'dispatch_cursors' order by 1",
    );
    const all: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows } = await admin.query<{ row: string }>(
        `select to_jsonb(t)::text as row from "${name}" t where tenant_id = $1 order by 1`,
        [tenant],
      );
      all[name] = rows.map(({ row }) => row).join('\n');
    }
    return all;
  } finally {
    await admin.end();
  }
}
