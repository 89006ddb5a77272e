import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A step of a release. */
export interface StoredReleaseStep {
  /** `fetch`, `build/web`, `sign/web`, `seal`. */
  readonly id: string;
  readonly state: 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';
  /** A digest, a count, or why it failed. */
  readonly detail?: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/** Records how far steps are, in the order in which they are named first. Recording the same again changes nothing. */
export async function recordReleaseSteps(
  tx: Transaction,
  release: { readonly id: string; readonly product: string },
  steps: readonly StoredReleaseStep[],
): Promise<void> {
  const changed = await tx.query<{ step: string; state: StoredReleaseStep['state'] }>(
    `with given as (
       select * from rows from (jsonb_to_recordset($3)
           as (id text, state text, detail text, "startedAt" timestamptz, "endedAt" timestamptz))
         with ordinality as g(id, state, detail, "startedAt", "endedAt", place)),
     present as (select coalesce(max(position), 0) as last from release_steps where tenant_id = $1 and release_id = $2)
     insert into release_steps as s (tenant_id, release_id, step, position, state, detail, started_at, ended_at)
     select $1, $2, g.id, present.last + g.place, g.state, g.detail, g."startedAt", g."endedAt" from given g, present
     on conflict (tenant_id, release_id, step) do update
       set state = excluded.state, detail = excluded.detail, started_at = excluded.started_at, ended_at = excluded.ended_at
       where (s.state, s.detail, s.started_at, s.ended_at)
         is distinct from (excluded.state, excluded.detail, excluded.started_at, excluded.ended_at)
     returning s.step, s.state`,
    [tx.tenant, release.id, JSON.stringify(steps)],
  );
  for (const { step, state } of changed)
    if (state === 'DONE' || state === 'FAILED')
      await appendEvent(tx, {
        type: 'release.step-ended',
        product: release.product,
        releaseId: release.id,
        data: { step, state },
      });
}

/** The steps of a release, in their order. */
export async function releaseSteps(tx: Transaction, releaseId: string): Promise<readonly StoredReleaseStep[]> {
  const rows = await tx.query<{
    step: string;
    state: StoredReleaseStep['state'];
    detail: string | null;
    started_at: Date | null;
    ended_at: Date | null;
  }>(
    `select step, state, detail, started_at, ended_at from release_steps
      where tenant_id = $1 and release_id = $2 order by position, step`,
    [tx.tenant, releaseId],
  );
  return rows.map((row) => ({
    id: row.step,
    state: row.state,
    detail: row.detail ?? undefined,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  }));
}

/** A string that changes whenever a release or one of its steps changes its state. */
export async function releaseVersion(tx: Transaction, releaseId: string): Promise<string> {
  const rows = await tx.query<{ version: string }>(
    `select concat_ws('/', r.state, r.ended_at, (select string_agg(s.state, ' ' order by s.step) from release_steps s
                      where s.tenant_id = $1 and s.release_id = $2)) as version
       from releases r where r.tenant_id = $1 and r.id = $2`,
    [tx.tenant, releaseId],
  );
  return rows[0]?.version ?? '';
}
