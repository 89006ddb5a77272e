-- The system of record. Every table is scoped by tenant and guarded by forced row-level security; the application's role owns nothing.
-- Words as in ARCHITECTURE.md. Digests are 'sha256:<hex>'.

create domain digest as text check (value ~ '^sha256:[0-9a-f]{64}$');
create domain lane_name as text check (value in ('bronze', 'silver', 'gold'));

create function current_tenant() returns text
  language sql stable
  as $$ select nullif(current_setting('lanekeeper.tenant', true), '') $$;

create function refuse_change() returns trigger
  language plpgsql
  as $$
begin
  raise exception 'rows of % are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end
$$;

create table tenants (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  created_at timestamptz not null default now()
);

-- People and machines ------------------------------------------------------------------------------------------------------------

create table principals (
  tenant_id text not null references tenants,
  name text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  kind text not null check (kind in ('person', 'machine')),
  display_name text not null,
  roles text[] not null default '{}',
  emails text[] not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);

create table principal_keys (
  tenant_id text not null,
  key_id digest not null,
  principal text not null,
  purpose text not null check (purpose in ('person', 'build', 'verification')),
  public_key_pem text not null,
  valid_from timestamptz not null default now(),
  valid_until timestamptz,
  enrolled_by text not null,
  primary key (tenant_id, key_id),
  foreign key (tenant_id, principal) references principals
);

create table principal_tokens (
  tenant_id text not null,
  token_hash digest not null,
  principal text not null,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, principal) references principals
);

-- Products, releases, bundles ----------------------------------------------------------------------------------------------------

create table products (
  tenant_id text not null references tenants,
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  repository text not null,
  created_by text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);

create table releases (
  tenant_id text not null,
  id text not null, -- first run id of the workflow
  workflow_id text not null,
  product text not null,
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  repository text not null,
  state text not null check (state in ('RUNNING', 'SEALED', 'FAILED')),
  error jsonb,
  bundle_digest digest,
  requested_by text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, product) references products
);

create table bundles (
  tenant_id text not null,
  digest digest not null,
  product text not null,
  revision text not null,
  author_name text not null,
  author_email text not null,
  committed_at timestamptz not null,
  subject text not null, -- first line of the commit message
  manifest text not null, -- canonical JSON; its sha256 is the digest
  release_id text not null,
  sealed_at timestamptz not null default now(),
  primary key (tenant_id, digest),
  foreign key (tenant_id, product) references products,
  foreign key (tenant_id, release_id) references releases,
  check (digest = 'sha256:' || encode(sha256(convert_to(manifest, 'UTF8')), 'hex'))
);
create index bundles_by_product on bundles (tenant_id, product, sealed_at desc);
create trigger bundles_are_immutable before update or delete on bundles for each row execute function refuse_change();

create table artifacts (
  tenant_id text not null,
  bundle_digest digest not null,
  kind text not null check (kind in ('image', 'sdk')),
  name text not null,
  digest digest not null,
  media_type text not null,
  primary key (tenant_id, bundle_digest, kind, name),
  foreign key (tenant_id, bundle_digest) references bundles
);
create trigger artifacts_are_immutable before update or delete on artifacts for each row execute function refuse_change();

-- The evidence graph (graph.v1) --------------------------------------------------------------------------------------------------

create table elements (
  tenant_id text not null references tenants,
  id text not null,
  organization_id text not null default '',
  repository_id text not null default '',
  kind text not null,
  type_key text not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table element_versions (
  tenant_id text not null,
  element_id text not null,
  version integer not null check (version > 0),
  content_digest digest not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, element_id, version),
  foreign key (tenant_id, element_id) references elements
);

create table element_relationships (
  tenant_id text not null,
  id text not null,
  kind text not null check (kind in ('SEMANTIC', 'CONTAINMENT', 'REFERENCE')),
  type_key text not null,
  source_element_id text not null,
  target_element_id text not null,
  target_version integer,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, type_key, source_element_id, target_element_id),
  foreign key (tenant_id, source_element_id) references elements,
  foreign key (tenant_id, target_element_id) references elements
);
create index relationships_by_target on element_relationships (tenant_id, target_element_id, type_key);

create table attestations (
  tenant_id text not null,
  id text not null,
  element_id text not null,
  kind text not null,
  predicate_type text not null,
  uri text not null,
  checksum digest not null, -- of the signed Sigstore bundle in the content store
  statement_digest digest not null, -- of the signed payload
  key_id digest not null,
  signer text not null,
  produced_by_run text not null,
  registered_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, statement_digest, key_id),
  foreign key (tenant_id, element_id) references elements,
  foreign key (tenant_id, key_id) references principal_keys
);
create trigger attestations_are_immutable before update or delete on attestations for each row execute function refuse_change();

-- Policy, promotions, decisions --------------------------------------------------------------------------------------------------

create table policy_snapshots (
  tenant_id text not null references tenants,
  digest digest not null,
  content text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, digest),
  check (digest = 'sha256:' || encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
create trigger policy_snapshots_are_immutable before update or delete on policy_snapshots for each row execute function refuse_change();

create table promotions (
  tenant_id text not null,
  id text not null, -- first run id of the workflow
  workflow_id text not null,
  product text not null,
  lane lane_name not null,
  bundle_digest digest not null,
  kind text not null check (kind in ('PROMOTION', 'ROLLBACK')),
  state text not null check (state in ('REQUESTED', 'GATING', 'AWAITING_APPROVAL', 'QUEUED', 'GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE',
    'ERRORED', 'SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED')),
  reason text,
  error jsonb,
  requester text,
  request_attestation_id text,
  policy_digest digest not null,
  gate_round integer not null default 0,
  queued_at timestamptz,
  switched boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  live_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, product) references products,
  foreign key (tenant_id, bundle_digest) references bundles,
  foreign key (tenant_id, policy_digest) references policy_snapshots
);
create unique index one_open_promotion on promotions (tenant_id, product, lane, bundle_digest) where ended_at is null;
create index promotions_by_lane on promotions (tenant_id, product, lane, created_at desc);
create index open_promotions_by_bundle on promotions (tenant_id, bundle_digest) where ended_at is null;

create table check_runs (
  tenant_id text not null,
  promotion_id text not null,
  round integer not null,
  gate_id text not null,
  verdict text not null check (verdict in ('PASS', 'FAIL', 'PENDING', 'NOT_APPLICABLE', 'ERROR')),
  severity text not null check (severity in ('BLOCKING', 'ADVISORY')),
  explanation text not null,
  next_step text,
  relied_on text[] not null default '{}', -- attestation ids
  evaluated_at timestamptz not null,
  recheck_at timestamptz,
  primary key (tenant_id, promotion_id, round, gate_id),
  foreign key (tenant_id, promotion_id) references promotions
);

create table shown_facts (
  tenant_id text not null,
  digest digest not null,
  promotion_id text not null,
  content text not null,
  shown_at timestamptz not null default now(),
  primary key (tenant_id, promotion_id, digest),
  foreign key (tenant_id, promotion_id) references promotions
);

create table decisions (
  tenant_id text not null,
  id text not null,
  promotion_id text not null,
  verb text not null,
  principal text, -- null where the signature did not say
  accepted boolean not null,
  refusal_code text,
  refusal_reason text,
  attestation_id text,
  statement_digest digest not null,
  nonce text,
  policy_digest digest,
  facts_digest digest,
  comment text,
  front_door text not null check (front_door in ('UPDATE', 'SIGNAL', 'START')),
  registered_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, promotion_id) references promotions,
  foreign key (tenant_id, attestation_id) references attestations (tenant_id, id)
);
create unique index one_use_of_a_nonce on decisions (tenant_id, principal, nonce) where accepted;
create index decisions_by_promotion on decisions (tenant_id, promotion_id, registered_at);
create trigger decisions_are_immutable before update or delete on decisions for each row execute function refuse_change();

-- Lanes and the alias ------------------------------------------------------------------------------------------------------------

create table lanes (
  tenant_id text not null,
  product text not null,
  lane lane_name not null,
  holder_promotion_id text,
  fencing_token bigint not null default 0,
  primary key (tenant_id, product, lane),
  foreign key (tenant_id, product) references products,
  foreign key (tenant_id, holder_promotion_id) references promotions (tenant_id, id)
);

-- What was live, as a stack: a promotion pushes, a rollback withdraws the top. The newest row that is not withdrawn is live.
create table lane_history (
  tenant_id text not null,
  product text not null,
  lane lane_name not null,
  position bigint not null,
  bundle_digest digest not null,
  promotion_id text not null,
  live_at timestamptz not null,
  withdrawn_by text, -- promotion of kind ROLLBACK
  primary key (tenant_id, product, lane, position)
);

-- What a lane shall serve. One row a lane; the router follows it.
create table lane_aliases (
  tenant_id text not null,
  product text not null,
  lane lane_name not null,
  generation bigint not null,
  bundle_digest digest not null,
  revision text not null,
  services jsonb not null, -- [{"name", "imageDigest", "route"}]
  fencing_token bigint not null,
  promotion_id text not null,
  switched_at timestamptz not null default now(),
  primary key (tenant_id, product, lane),
  foreign key (tenant_id, product) references products
);

-- Every switch that was asked for, once for each idempotency key.
create table alias_switches (
  tenant_id text not null,
  idempotency_key text not null,
  product text not null,
  lane lane_name not null,
  generation bigint not null,
  bundle_digest digest not null,
  promotion_id text not null,
  fencing_token bigint not null,
  switched_at timestamptz not null default now(),
  primary key (tenant_id, idempotency_key)
);

-- What the router says that a lane serves.
create table alias_observations (
  tenant_id text not null,
  product text not null,
  lane lane_name not null,
  generation bigint not null, -- the newest generation that the router has dealt with
  status text not null check (status in ('STARTING', 'SERVING', 'FAILED')),
  detail text,
  served_generation bigint,
  served_bundle_digest digest,
  served_revision text,
  served_services jsonb,
  observed_at timestamptz not null default now(),
  primary key (tenant_id, product, lane)
);

-- The port of each service of each lane, given once.
create table lane_targets (
  tenant_id text not null,
  product text not null,
  lane lane_name not null,
  service text not null,
  port integer not null unique check (port between 1024 and 65535),
  primary key (tenant_id, product, lane, service),
  foreign key (tenant_id, product) references products
);

-- Method events: the log and the outbox ------------------------------------------------------------------------------------------

create table method_events (
  tenant_id text not null references tenants,
  id bigint generated always as identity,
  transaction_id xid8 not null default pg_current_xact_id(),
  type text not null,
  product text,
  lane lane_name,
  bundle_digest digest,
  promotion_id text,
  release_id text,
  actor text,
  data jsonb not null default '{}',
  occurred_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index method_events_in_commit_order on method_events (tenant_id, transaction_id, id);
create index method_events_by_promotion on method_events (tenant_id, promotion_id, id);
create trigger method_events_are_immutable before update or delete on method_events for each row execute function refuse_change();

create table dispatch_cursors (
  tenant_id text not null references tenants,
  name text not null,
  transaction_id xid8 not null default '0',
  event_id bigint not null default 0,
  primary key (tenant_id, name)
);

-- Rights -------------------------------------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['principals', 'principal_keys', 'principal_tokens', 'products', 'releases', 'bundles', 'artifacts', 'elements',
    'element_versions', 'element_relationships', 'attestations', 'policy_snapshots', 'promotions', 'check_runs', 'shown_facts',
    'decisions', 'lanes', 'lane_history', 'lane_aliases', 'alias_switches', 'alias_observations', 'lane_targets', 'method_events',
    'dispatch_cursors']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
    execute format('grant select, insert on %I to lanekeeper_app', t);
  end loop;
end
$$;
grant select on tenants to lanekeeper_app;
grant update on principals, principal_keys, products, releases, elements, promotions, lanes, lane_history, lane_aliases, alias_observations,
  lane_targets, dispatch_cursors to lanekeeper_app;
grant delete on principal_tokens to lanekeeper_app;

insert into tenants (id) values ('default');
