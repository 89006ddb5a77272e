-- Sessions of browsers. They let a person look, and decide nothing: a decision is signed with a key that no table holds.

-- What `lane dashboard` hands to a browser. It begins one session, within two minutes.
create table sign_in_codes (
  tenant_id text not null,
  id text not null check (length(id) between 16 and 64),
  code_hash digest not null,
  token_hash digest not null, -- whose it is, and as long as whose token counts the session does
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, code_hash),
  foreign key (tenant_id, token_hash) references principal_tokens
);
create index sign_in_codes_by_token on sign_in_codes (tenant_id, token_hash, created_at);

-- A session is named by the code that began it, so that a code begins one.
create table sessions (
  tenant_id text not null,
  id text not null,
  cookie_hash digest not null,
  page_hash digest not null, -- of the half of the secret that the page keeps: other ports of its host are sent the cookie, too
  browser text not null check (length(browser) <= 300), -- as it calls itself
  created_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(), -- when its person last did something
  ended_at timestamptz,
  ended_by text,
  offered_key text check (length(offered_key) <= 2000), -- a public key that the browser has made; it counts for nothing until it is enrolled
  primary key (tenant_id, id),
  unique (tenant_id, cookie_hash),
  foreign key (tenant_id, id) references sign_in_codes,
  check ((ended_at is null) = (ended_by is null))
);

create function check_session() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if old.ended_at is not null
     or (new.tenant_id, new.id, new.cookie_hash, new.page_hash, new.browser, new.created_at)
          is distinct from (old.tenant_id, old.id, old.cookie_hash, old.page_hash, old.browser, old.created_at)
     or new.seen_at < old.seen_at then
    perform refuse('a session that has ended stays so, and whose it is never changes');
  end if;
  return new;
end
$$;
create trigger sessions_stay_what_they_are before update on sessions for each row execute function check_session();
create trigger sessions_are_kept before delete on sessions for each row execute function refuse_change();
create trigger sessions_are_not_emptied before truncate on sessions for each statement execute function refuse_change();
create trigger sign_in_codes_are_immutable before update or delete on sign_in_codes for each row execute function refuse_change();
create trigger sign_in_codes_are_not_emptied before truncate on sign_in_codes for each statement execute function refuse_change();

do $$
declare
  t text;
begin
  foreach t in array array['sign_in_codes', 'sessions']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end
$$;
