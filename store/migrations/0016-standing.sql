-- Besides its phase, what is live has a standing: whether all that its lane was granted on still counts.

alter table promotions add column standing text check (standing in ('SOUND', 'AT_RISK'));
alter table promotions no force row level security;
alter table promotions disable trigger user;
update promotions set standing = 'SOUND' where state = 'LIVE';
alter table promotions enable trigger user;
alter table promotions force row level security;
alter table promotions add constraint what_is_live_has_a_standing check ((state = 'LIVE') = (standing is not null));

-- Whether a blocking gate of the newest round relied on something that a key had signed when it did not count any more.
create function has_lost_reliance(promotion promotions) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from check_runs c
     cross join lateral unnest(c.relied_on) as r (ref)
      join attestations a on a.tenant_id = c.tenant_id and a.id = substring(r.ref from position(':' in r.ref) + 1)
      join principal_keys k on k.tenant_id = a.tenant_id and k.key_id = a.key_id
     where c.tenant_id = promotion.tenant_id and c.promotion_id = promotion.id and c.round = promotion.gate_round
       and c.severity = 'BLOCKING' and k.valid_until <= a.registered_at)
  $$;

-- Whoever makes it live or ends it says nothing about its standing: it begins SOUND, and ends with the phase. In between, it is what the
-- rows say.
create function set_standing() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    new.standing := null;
  elsif new.state <> old.state then
    new.standing := case new.state when 'LIVE' then 'SOUND' end;
  elsif new.standing is distinct from old.standing then
    -- Asked only here: who moves a promotion through a deploy may not call the function.
    if (new.standing = 'AT_RISK') is distinct from has_lost_reliance(new) then
      perform refuse('what is live is AT_RISK exactly when something that it relied on counts no more');
    end if;
  end if;
  return new;
end
$$;
create trigger promotions_stand before insert or update on promotions for each row execute function set_standing();
