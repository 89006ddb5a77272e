-- What is derived from the content of a transformation follows it: its products, and which artifacts it contains.

-- The products that the content of some transformations names; none for a retired one.
create function products_of_transformation(tenant text, transformation text) returns setof text
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select json_array_elements_text(t.content::json -> 'products') from transformations t
   where t.tenant_id = tenant and t.name = transformation and t.state = 'ACTIVE'
$$;

-- Deferred: content and products change in one transaction, one after the other.
create function check_transformation_products() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
declare
  tenant text := coalesce(new.tenant_id, old.tenant_id);
  transformation text := coalesce(new.name, old.name);
begin
  if exists (
       select product from transformation_products p where p.tenant_id = tenant and p.name = transformation
       except select products_of_transformation(tenant, transformation))
     or exists (
       select products_of_transformation(tenant, transformation)
       except select product from transformation_products p where p.tenant_id = tenant and p.name = transformation) then
    perform refuse('the products of a transformation are those that its signed content names');
  end if;
  return null;
end
$$;
create constraint trigger transformations_have_their_products after insert or update on transformations
  deferrable initially deferred for each row execute function check_transformation_products();
create constraint trigger transformation_products_follow_the_content after insert or delete on transformation_products
  deferrable initially deferred for each row execute function check_transformation_products();
create trigger transformation_products_are_immutable before update on transformation_products
  for each row execute function refuse_change();

-- A relation of a transformation ends when its content no longer has the artifact, and begins again when it has.
alter table element_relationships add column ended_at timestamptz;

create function check_element_relationship() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (new.tenant_id, new.id, new.kind, new.type_key, new.source_element_id, new.target_element_id, new.target_version, new.metadata, new.created_at)
       is distinct from
     (old.tenant_id, old.id, old.kind, old.type_key, old.source_element_id, old.target_element_id, old.target_version, old.metadata, old.created_at) then
    perform refuse('what a relation says never changes');
  end if;
  if old.type_key <> 'CONTAINS' or old.source_element_id not like 'transformation/%' then
    perform refuse('only a transformation loses what it contains');
  end if;
  new.ended_at := case when new.ended_at is null then null else clock_timestamp() end;
  return new;
end
$$;
create trigger element_relationships_end before update on element_relationships
  for each row execute function check_element_relationship();
create trigger element_relationships_are_kept before delete on element_relationships
  for each row execute function refuse_change();

-- Those of artifacts that were removed before this migration.
alter table element_relationships no force row level security;
alter table transformations no force row level security;
update element_relationships r set ended_at = clock_timestamp()
  from transformations t
 where r.tenant_id = t.tenant_id and r.type_key = 'CONTAINS' and r.source_element_id = 'transformation/' || t.name
   and r.target_element_id not in (
     select format('transformation/%s/%s/%s', t.name, a ->> 'kind', a ->> 'key')
       from json_array_elements(t.content::json -> 'artifacts') as a);
alter table element_relationships force row level security;
alter table transformations force row level security;
