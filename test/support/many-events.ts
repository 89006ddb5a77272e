import type pg from 'pg';

/**
 * Appends events that concern nobody to the log of the tenant `default`, as many promotions leave them: each about one
 * promotion and one bundle.
 *
 * @param admin a superuser
 * @param promotionId what all of them are about instead
 */
export async function fillEvents(admin: pg.Client, count: number, promotionId?: string): Promise<void> {
  await admin.query(
    `with written as (
       insert into method_events (tenant_id, type, product, lane, data)
         select 'default', 'promotion.transitioned', 'product-' || n % 100, 'bronze',
                '{"from": "GATING", "to": "QUEUED", "reason": "every gate passes"}'
           from generate_series(1, $1::int) n
       returning id)
     insert into event_subjects (tenant_id, event_id, kind, id)
       select 'default', written.id, s.kind, s.id
         from written
        cross join lateral (values ('promotion', coalesce($2::text, (written.id / 10)::text)),
                                   ('bundle', 'sha256:' || repeat('a', 64))) s (kind, id)`,
    [count, promotionId ?? null],
  );
  await admin.query('analyze method_events, event_subjects');
}
