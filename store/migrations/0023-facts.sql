-- What each round of gates was decided on, so that any old decision can be evaluated again.

-- A fact is canonical JSON, stored once for all rounds of its tenant. Its name is its sha256, which the database checks.
create table facts (
  tenant_id text not null references tenants,
  digest bytea not null,
  content text not null,
  primary key (tenant_id, digest),
  constraint facts_are_named_by_their_content check (digest = sha256(convert_to(content, 'UTF8')))
);
create trigger facts_are_immutable before update or delete on facts for each row execute function refuse_change();
create trigger facts_are_not_emptied before truncate on facts for each statement execute function refuse_change();

alter table facts enable row level security;
alter table facts force row level security;
create policy tenant_rows on facts
  using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()));

-- The names of the facts of a round, one after another: 32 bytes each. Null for rounds from before facts were kept. Hashes cannot be
-- compressed, so that nobody tries.
alter table gate_rounds add column facts bytea check (length(facts) > 0 and length(facts) % 32 = 0);
alter table gate_rounds alter column facts set storage external;

-- Rounds in the order in which they are replayed.
create index gate_rounds_by_time on gate_rounds (tenant_id, evaluated_at desc, promotion_id desc, round desc) where facts is not null;
