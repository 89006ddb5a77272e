import type pg from 'pg';

/** How many rows of each list belong to one product. */
export const rowsOfProduct = { lanes: 3, bundles: 2, promotions: 6, releases: 2, decisions: 6 } as const;

/**
 * Fills the tables of the tenant `default` with products that have been through all lanes twice, by SQL alone: neither
 * triggers nor blobs have a part in it. Products are numbered; their names sort as their numbers.
 *
 * @param admin a superuser
 */
export async function fillProducts(admin: pg.Client, from: number, to: number): Promise<void> {
  await admin.query('begin; set local session_replication_role = replica');
  await admin.query(
    `create temporary table new_rows on commit drop as
       select p.name, n, l.lane, l.place, v, 'manifest ' || v || ' of ' || p.name as manifest,
              'sha256:' || encode(sha256(convert_to('manifest ' || v || ' of ' || p.name, 'UTF8')), 'hex') as bundle
         from generate_series($1::int, $2::int) n
        cross join lateral (select 'product-' || lpad(n::text, 6, '0') as name) p
        cross join (values ('bronze', 1), ('silver', 2), ('gold', 3)) l (lane, place)
        cross join generate_series(1, 2) v`,
    [from, to],
  );
  for (const sql of fills) await admin.query(sql);
  await admin.query('commit');
  await admin.query('analyze');
}

const eachBundle = "from new_rows where lane = 'bronze'";
const eachLane = 'from new_rows where v = 1';

const fills: readonly string[] = [
  `insert into products (tenant_id, name, repository) select 'default', name, '/srv/' || name ${eachBundle} and v = 1`,
  `insert into releases (tenant_id, id, workflow_id, product, revision, repository, state, bundle_digest)
     select 'default', 'release/' || name || v, 'release/' || name || v, name, repeat('a', 40), '/srv/' || name, 'SEALED', bundle ${eachBundle}`,
  `insert into bundles (tenant_id, digest, product, revision, author_name, author_email, committed_at, subject, manifest, release_id)
     select 'default', bundle, name, repeat('a', 40), 'dev', 'dev@example.com', now(), 'subject', manifest, 'release/' || name || v ${eachBundle}`,
  `insert into artifacts (tenant_id, bundle_digest, kind, name, digest, media_type)
     select 'default', bundle, kind, 'web', bundle, 'application/octet-stream'
       from new_rows, (values ('image'), ('sdk'), ('source')) k (kind) where lane = 'bronze'`,
  `insert into promotions (tenant_id, id, workflow_id, first_run_id, product, lane, bundle_digest, kind, state, standing, policy_digest, ended_at)
     select 'default', name || lane || v, name || lane || v, name || lane || v, name, lane, bundle, 'PROMOTION',
            case v when 1 then 'SUPERSEDED' else 'LIVE' end, case v when 2 then 'SOUND' end, 'sha256:' || repeat('b', 64), case v when 1 then now() end from new_rows`,
  `insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, refusal_code, statement_digest, front_door)
     select 'default', name || lane || v, 'promotion', name || lane || v, 'request', 'dev', false, 'SIGNATURE_INVALID', bundle, 'START' from new_rows`,
  `insert into lanes (tenant_id, product, lane, fencing_token) select 'default', name, lane, 4 ${eachLane}`,
  `insert into lane_history (tenant_id, product, lane, position, bundle_digest, promotion_id, live_at)
     select 'default', name, lane, v, bundle, name || lane || v, now() from new_rows`,
  `insert into alias_observations (tenant_id, product, lane, generation, status, served_bundle_digest)
     select 'default', name, lane, 2, 'SERVING', bundle from new_rows where v = 2`,
  `insert into lane_targets (tenant_id, product, lane, service, port) select 'default', name, lane, 'web', 2000 + n * 3 + place ${eachLane}`,
];
