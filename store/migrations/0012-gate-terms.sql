-- What a round finds: verdicts with what each part of a gate says, and notices beside them.

alter table check_runs
  drop constraint check_runs_verdict_check,
  add constraint check_runs_verdict_check check (verdict in ('PASS', 'FAIL', 'PENDING', 'NOT_APPLICABLE', 'ERROR', 'WAIVED')),
  add column raw_verdict text check (raw_verdict in ('FAIL', 'PENDING')), -- of a WAIVED gate, the verdict that it has by itself
  add constraint waivers_keep_the_raw_verdict check ((verdict = 'WAIVED') = (raw_verdict is not null)),
  add column waits_for text check (waits_for in ('people', 'evidence', 'identities', 'policy')),
  add column clauses jsonb not null default '[]'; -- [{term, verdict, explanation}]

-- What a verdict rests on is written <kind>:<id>. Until now, these were ids of attestations, some of which are approvals.
create function as_references(tenant text, ids text[]) returns text[] language sql stable
  as $$
  select coalesce(array_agg(case when exists (select 1 from decisions d where d.tenant_id = tenant and d.attestation_id = id)
                                 then 'approval:' else 'evidence:' end || id order by place), '{}')
    from unnest(ids) with ordinality as one (id, place)
  $$;
alter table decisions no force row level security;
alter table check_runs alter column relied_on drop default;
alter table check_runs alter column relied_on type text[] using as_references(tenant_id, relied_on);
alter table check_runs alter column relied_on set default '{}';
alter table decisions force row level security;
drop function as_references(text, text[]);

-- Old rounds have their notices among their verdicts.
alter table gate_rounds add column notices jsonb not null default '[]'; -- [{notice, holds, explanation, next, reliedOn}]

-- Whether the newest round of a promotion passes: recorded for its snapshot, with a verdict for each blocking gate, none of them open,
-- and with no notice that holds it. A verdict of WAIVED opens nothing: no row can prove an exception yet.
create or replace function has_passing_round(promotion promotions, token bigint) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from gate_rounds r join policy_snapshots s on s.tenant_id = r.tenant_id and s.digest = r.policy_digest
     where r.tenant_id = promotion.tenant_id and r.promotion_id = promotion.id and r.round = promotion.gate_round
       and r.policy_digest = promotion.policy_digest and r.outcome = 'PASS' and (token is null or r.fencing_token = token)
       and not exists (select 1 from jsonb_array_elements(r.notices) as notice where (notice -> 'holds')::boolean)
       and not exists (
         select 1 from check_runs c
          where c.tenant_id = r.tenant_id and c.promotion_id = r.promotion_id and c.round = r.round
            and c.severity = 'BLOCKING' and c.verdict not in ('PASS', 'NOT_APPLICABLE'))
       and not exists (
         select 1 from jsonb_array_elements(s.content::jsonb -> 'gates') as gate
          where gate ->> 'severity' = 'BLOCKING' and not exists (
            select 1 from check_runs c
             where c.tenant_id = r.tenant_id and c.promotion_id = r.promotion_id and c.round = r.round
               and c.gate_id = gate ->> 'id' and c.severity = 'BLOCKING')))
  $$;
