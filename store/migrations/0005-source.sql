-- What is built is the commit: a release records the tree of its commit, and a tenant can say which repositories it releases from.

alter table releases add column tree text check (tree ~ '^[0-9a-f]{40}$'); -- null for releases from before

-- Without a row, every repository is allowed.
create table tenant_repositories (
  tenant_id text not null references tenants,
  pattern text not null check (length(pattern) between 1 and 1000), -- a repository, or the beginning of one and '/*'
  allowed_by text not null,
  allowed_at timestamptz not null default now(),
  primary key (tenant_id, pattern)
);

alter table tenant_repositories enable row level security;
alter table tenant_repositories force row level security;
create policy tenant_rows on tenant_repositories using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
grant select, insert, delete on tenant_repositories to lanekeeper_app;
