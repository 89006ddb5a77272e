-- Calendars that are subscribed to by an address with a secret in it. It lets whoever has it look at that calendar, and nothing else.
create table calendar_feeds (
  tenant_id text not null,
  id text not null check (id ~ '^[0-9a-f]{8}$'),
  token_hash digest not null,
  principal text not null, -- whose it is: it shows what they may see, for as long as they may
  product text, -- null for all
  lane lane_name, -- null for all
  label text not null default '' check (length(label) <= 100),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  primary key (tenant_id, id),
  unique (tenant_id, token_hash),
  foreign key (tenant_id, principal) references principals,
  foreign key (tenant_id, product) references products,
  constraint a_feed_ends check (expires_at > created_at and expires_at <= created_at + interval '366 days 1 minute'),
  check ((ended_at is null) = (ended_by is null))
);
create index calendar_feeds_by_principal on calendar_feeds (tenant_id, principal, created_at);

create function check_calendar_feed() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if old.ended_at is not null
     or (new.tenant_id, new.id, new.token_hash, new.principal, new.product, new.lane, new.label, new.created_at, new.expires_at)
          is distinct from
        (old.tenant_id, old.id, old.token_hash, old.principal, old.product, old.lane, old.label, old.created_at, old.expires_at)
     or new.used_at < old.used_at then
    perform refuse('a feed that has ended stays so, and whose it is and what it shows never change');
  end if;
  return new;
end
$$;
create trigger calendar_feeds_stay_what_they_are before update on calendar_feeds for each row execute function check_calendar_feed();
create trigger calendar_feeds_are_kept before delete on calendar_feeds for each row execute function refuse_change();
create trigger calendar_feeds_are_not_emptied before truncate on calendar_feeds for each statement execute function refuse_change();

alter table calendar_feeds enable row level security;
alter table calendar_feeds force row level security;
create policy tenant_rows on calendar_feeds using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()));
