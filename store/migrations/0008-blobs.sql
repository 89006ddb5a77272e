-- A blob belongs to each tenant that has stored its bytes; nobody else can read it, whoever knows its name.

create table blob_refs (
  tenant_id text not null references tenants,
  digest digest not null,
  size bigint not null check (size >= 0), -- in bytes
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, digest)
);
create trigger blob_refs_are_immutable before update or delete on blob_refs for each row execute function refuse_change();
create trigger blob_refs_are_not_emptied before truncate on blob_refs for each statement execute function refuse_change();

alter table blob_refs enable row level security;
alter table blob_refs force row level security;
create policy tenant_rows on blob_refs using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
