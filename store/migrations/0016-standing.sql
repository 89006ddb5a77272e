-- Besides its phase, what is live has a standing: whether all that its lane was granted on still counts.

alter table promotions add column standing text check (standing in ('SOUND', 'AT_RISK'));
alter table promotions no force row level security;
alter table promotions disable trigger user;
update promotions set standing = 'SOUND' where state = 'LIVE';
alter table promotions enable trigger user;
alter table promotions force row level security;
alter table promotions add constraint what_is_live_has_a_standing check ((state = 'LIVE') = (standing is not null));

-- Whoever makes it live or ends it says nothing about its standing: it begins SOUND, and ends with the phase.
create function set_standing() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    new.standing := null;
  elsif new.state <> old.state then
    new.standing := case new.state when 'LIVE' then 'SOUND' end;
  end if;
  return new;
end
$$;
create trigger promotions_stand before insert or update on promotions for each row execute function set_standing();
