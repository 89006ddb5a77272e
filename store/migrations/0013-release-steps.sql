-- A release is on record before its commit is fetched, and its steps are rows, so that whoever watches reads no run.

create table release_steps (
  tenant_id text not null,
  release_id text not null,
  step text not null check (length(step) between 1 and 200),
  position integer not null, -- in which order they were named
  state text not null check (state in ('WAITING', 'RUNNING', 'DONE', 'FAILED')),
  detail text, -- a digest, a count, or why it failed
  started_at timestamptz, -- as the run says
  ended_at timestamptz,
  primary key (tenant_id, release_id, step),
  foreign key (tenant_id, release_id) references releases
);
create trigger release_steps_are_not_emptied before truncate on release_steps for each statement execute function refuse_change();

alter table release_steps enable row level security;
alter table release_steps force row level security;
create policy tenant_rows on release_steps using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

-- What is built is one commit: its tree is named once.
create function check_release_tree() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if old.tree is not null and new.tree is distinct from old.tree then
    perform refuse('the tree of a release is named once');
  end if;
  return new;
end
$$;
create trigger releases_name_their_tree_once before update of tree on releases for each row execute function check_release_tree();
