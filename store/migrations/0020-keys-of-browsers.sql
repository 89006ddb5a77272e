-- A key can be held by a browser, which gives its private half to no script. It counts as every other key of its person; where it is held,
-- what they call it and until when it counts is said when it is enrolled.
alter table principal_keys
  add column held_in text not null default 'file' check (held_in in ('file', 'browser')),
  add column label text not null default '' check (length(label) <= 200),
  add constraint keys_in_browsers_end check (held_in = 'file' or valid_until is not null);

create or replace function check_principal_key() returns trigger
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
  if (new.tenant_id, new.key_id, new.principal, new.purpose, new.public_key_pem, new.valid_from, new.enrolled_by, new.held_in, new.label)
       is distinct from
       (old.tenant_id, old.key_id, old.principal, old.purpose, old.public_key_pem, old.valid_from, old.enrolled_by, old.held_in, old.label)
     or new.valid_until is null or new.valid_until > old.valid_until then
    perform refuse('the validity of a key can only be shortened');
  end if;
  return new;
end
$$;
