-- Each process has a role of its own, with the rights that store/rights/ declares; they are granted after every migration. The role that
-- all of them shared before has none left.

revoke all on all tables in schema public from lanekeeper_app;
alter role lanekeeper_app nologin;

-- Tenants see themselves only. The owner of the tables, who adds them, sees all.
alter table tenants enable row level security;
create policy tenant_rows on tenants using (id = current_tenant());

-- For the processes that work for all tenants. Nothing else may walk through them.
create function tenant_ids() returns setof text
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$ select id from tenants order by id $$;

-- Whoever signs with a key is its principal, for one purpose; when it was enrolled is said by the database.
create function check_principal_key() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if not exists (
         select 1 from principals p
          where p.tenant_id = new.tenant_id and p.name = new.principal
            and p.kind = case new.purpose when 'person' then 'human' else 'service' end) then
      perform refuse('keys of people belong to humans, and keys of the service to services');
    end if;
    return new;
  end if;
  if (new.tenant_id, new.key_id, new.principal, new.purpose, new.public_key_pem, new.valid_from, new.enrolled_by)
       is distinct from
       (old.tenant_id, old.key_id, old.principal, old.purpose, old.public_key_pem, old.valid_from, old.enrolled_by)
     or new.valid_until is null or new.valid_until > old.valid_until then
    perform refuse('the validity of a key can only be shortened');
  end if;
  return new;
end
$$;
create trigger principal_keys_are_only_shortened before insert or update on principal_keys
  for each row execute function check_principal_key();
create trigger principal_keys_are_kept before delete on principal_keys for each row execute function refuse_change();

-- A token is known by its hash, and can only be ended.
alter table principal_tokens
  add column label text not null default '' check (length(label) <= 200),
  add column created_by text; -- null for tokens from before
create function check_principal_token() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (new.tenant_id, new.token_hash, new.principal, new.label, new.created_by, new.created_at)
       is distinct from (old.tenant_id, old.token_hash, old.principal, old.label, old.created_by, old.created_at)
     or new.expires_at is null or new.expires_at > old.expires_at then
    perform refuse('the validity of a token can only be shortened');
  end if;
  return new;
end
$$;
create trigger principal_tokens_are_only_shortened before update on principal_tokens
  for each row execute function check_principal_token();
create trigger principal_tokens_are_kept before delete on principal_tokens for each row execute function refuse_change();

-- Triggers on rows do not see TRUNCATE.
do $$
declare
  t text;
begin
  for t in select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'
  loop
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_are_not_emptied', t);
  end loop;
end
$$;
