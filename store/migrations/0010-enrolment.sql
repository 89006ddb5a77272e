-- Who is who changes only by signed statements of people; what grants a right needs two of them.

create table enrolments (
  tenant_id text not null references tenants,
  id digest not null, -- of the statement that asks for it
  change jsonb not null, -- as the statement says it
  needs_second boolean not null, -- whether another operator has to approve it
  requested_by text not null,
  requested_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  state text not null default 'PENDING' check (state in ('PENDING', 'APPLIED', 'REJECTED')),
  decided_by text,
  decided_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, requested_by) references principals,
  check ((decided_at is null) = (state = 'PENDING'))
);
create index enrolments_that_wait on enrolments (tenant_id, requested_at) where state = 'PENDING';
create index enrolments_by_requester on enrolments (tenant_id, requested_by, requested_at);

-- Every statement that counted, as it was signed, so that anybody can check it again.
create table enrolment_statements (
  tenant_id text not null,
  statement_digest digest not null,
  enrolment_id digest not null,
  verb text not null check (verb in ('request', 'approve', 'reject')),
  principal text not null,
  key_id digest not null,
  nonce text not null,
  signed text not null check (length(signed) <= 200000), -- the Sigstore bundle
  registered_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, statement_digest),
  unique (tenant_id, principal, nonce),
  foreign key (tenant_id, enrolment_id) references enrolments,
  foreign key (tenant_id, key_id) references principal_keys
);
create index enrolment_statements_by_enrolment on enrolment_statements (tenant_id, enrolment_id);
create trigger enrolment_statements_are_immutable before update or delete on enrolment_statements
  for each row execute function refuse_change();

create function check_enrolment() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'PENDING' then
      perform refuse('an enrolment begins without an outcome');
    end if;
    return new;
  end if;
  if (new.tenant_id, new.id, new.change, new.needs_second, new.requested_by, new.requested_at, new.expires_at)
       is distinct from
       (old.tenant_id, old.id, old.change, old.needs_second, old.requested_by, old.requested_at, old.expires_at)
     or old.state <> 'PENDING' then
    perform refuse('what an enrolment is about never changes, and it has one outcome');
  end if;
  if not exists (
       select 1 from enrolment_statements s
        where s.tenant_id = new.tenant_id and s.enrolment_id = new.id and s.principal = new.decided_by
          and case
                when new.state = 'REJECTED' then s.verb = 'reject'
                when new.needs_second then s.verb = 'approve' and s.principal <> new.requested_by
                else s.verb = 'request'
              end) then
    perform refuse('an enrolment is decided by the statements that it needs');
  end if;
  if new.state = 'APPLIED' and new.needs_second and exists (
       select 1 from enrolment_statements s
         join principal_keys k on k.tenant_id = s.tenant_id and k.key_id = s.key_id
        where s.tenant_id = new.tenant_id and s.enrolment_id = new.id
          and (k.principal <> s.principal or k.valid_until <= clock_timestamp() or k.valid_from > s.registered_at)) then
    perform refuse('an enrolment that needs two people is decided with keys that count');
  end if;
  return new;
end
$$;
create trigger enrolments_are_decided_by_statements before insert or update on enrolments
  for each row execute function check_enrolment();
create trigger enrolments_are_kept before delete on enrolments for each row execute function refuse_change();

do $$
declare
  t text;
begin
  foreach t in array array['enrolments', 'enrolment_statements']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_are_not_emptied', t);
  end loop;
end
$$;
