import type { DatabaseProcess } from './roles.js';

/**
 * What a process may do with a table. `insert` is about every column that the database does not write itself
 * ({@link writtenByDatabase}); `lock` is what `select … for update` needs, and changes nothing: it is the right to update
 * `tenant_id`, which row-level security keeps as it is.
 */
export type Right = 'select' | 'insert' | 'delete' | 'lock' | { readonly update: readonly string[] };

type TableRights = Readonly<Partial<Record<DatabaseProcess, readonly Right[]>>>;

const update = (...columns: readonly string[]): Right => ({ update: columns });

/** Moving a promotion from phase to phase: the queue that decides and the one that deploys, each after its own steps. */
const moves = [
  ...['state', 'reason', 'error', 'give_up_at', 'attempt', 'updated_at', 'queued_at', 'switched'],
  ...['live_at', 'ended_at', 'ending_state', 'ending_reason'],
];

/**
 * Every table, with what each process may do. A table that is not here cannot be reached by any process, and a test fails
 * until it is declared. `migrate` grants these rights, and takes away all others.
 */
export const tableRights: Readonly<Record<string, TableRights>> = {
  schema_migrations: {},
  tenants: {},

  // Who is who: written by the enrolment process alone, from signed statements.
  principals: {
    ...{ api: ['select'], control: ['select'], sign: ['select'], deploy: ['select'] },
    enrolment: ['select', 'insert', update('roles')],
  },
  principal_keys: {
    ...{ api: ['select'], control: ['select'], sign: ['select'] },
    enrolment: ['select', 'insert', update('valid_until')],
  },
  principal_tokens: { api: ['select'], enrolment: ['select', 'insert', update('expires_at')] },
  principal_addresses: {
    ...{ api: ['select'], control: ['select'], sign: ['select'] },
    enrolment: ['select', 'insert', 'delete'],
  },
  commit_keys: {
    ...{ api: ['select'], control: ['select'], sign: ['select'] },
    enrolment: ['select', 'insert', update('revoked_at')],
  },
  // Sessions of browsers, which decide nothing, belong to the API.
  sign_in_codes: { api: ['select', 'insert'] },
  // Calendars that are subscribed to show, and decide nothing.
  calendar_feeds: { api: ['select', 'insert', update('used_at', 'ended_at', 'ended_by')] },
  sessions: { api: ['select', 'insert', update('seen_at', 'ended_at', 'ended_by', 'offered_key')] },
  enrolments: { api: ['select'], enrolment: ['select', 'insert', update('state', 'decided_by', 'decided_at')] },
  enrolment_statements: { api: ['select'], enrolment: ['select', 'insert'] },

  // The rules: versions, and what people have signed about them. Installed once, and changed by statements alone.
  policy_installations: { api: ['select'], control: ['select'], enrolment: ['select', 'insert'] },
  policy_versions: {
    ...{ api: ['select'], control: ['select'] },
    enrolment: [
      ...(['select', 'insert'] as const),
      update('state', 'submitted_at', 'published_at', 'retired_at', 'governed_by'),
    ],
  },
  policy_heads: { api: ['select'], control: ['select'], enrolment: ['select', 'insert', update('version', 'digest')] },
  policy_acts: { api: ['select'], control: ['select'], enrolment: ['select', 'insert'] },
  // They decide nothing, so that nobody who decides reads them.
  policy_tests: { api: ['select'], enrolment: ['select', 'insert'] },

  // The transformations around products, which decide how strict policies are: changed by statements alone.
  transformations: {
    ...{ api: ['select'], control: ['select'] },
    enrolment: [
      ...(['select', 'insert'] as const),
      update('revision', 'state', 'content', 'content_digest', 'changed_by'),
    ],
  },
  transformation_changes: { api: ['select'], control: ['select'], enrolment: ['select', 'insert'] },
  transformation_products: { api: ['select'], control: ['select'], enrolment: ['select', 'insert', 'delete'] },

  // Windows, holds and recalls, which say when lanes are open: changed by statements alone.
  restrictions: {
    ...{ api: ['select'], control: ['select'], deploy: ['select'] },
    enrolment: [
      ...(['select', 'insert'] as const),
      update('revision', 'state', 'content', 'content_digest', 'products', 'lanes', 'changed_by'),
    ],
  },
  restriction_changes: { api: ['select'], control: ['select'], enrolment: ['select', 'insert'] },

  // Products, releases and bundles.
  products: {
    ...{ api: ['select', 'insert', update('repository')], control: ['select', 'insert', 'lock'] },
    enrolment: ['select'],
  },
  tenant_repositories: { api: ['select', 'insert', 'delete'], control: ['select'] },
  releases: {
    api: ['select'],
    control: ['select', 'insert', update('state', 'bundle_digest', 'error', 'ended_at', 'tree')],
    sign: ['select', 'lock'],
  },
  release_steps: {
    api: ['select'],
    control: ['select', 'insert', update('state', 'detail', 'started_at', 'ended_at')],
  },
  bundles: {
    ...{ api: ['select'], control: ['select', 'insert'], sign: ['select'], deploy: ['select'] },
    enrolment: ['select'],
  },
  artifacts: { api: ['select'], control: ['select', 'insert'], sign: ['select'], deploy: ['select'] },

  // Blobs: which tenant has stored which. Nobody takes a reference away.
  blob_refs: {
    ...{ api: ['select', 'insert'], control: ['select', 'insert'], build: ['select', 'insert'] },
    ...{ sign: ['select', 'insert'], deploy: ['select'], router: ['select'] },
  },

  // Runs: named by the triggers of records, and those of lanes by the lane's activity; what happened in them, by digest.
  runs: { api: ['select'], control: ['select', 'insert', update('settled_at')] },
  run_histories: { api: ['select'], control: ['select', 'insert'] },
  history_cursors: { control: ['select', 'insert', update('closed_to')] },

  // Evidence: attached through the API, signed by the sign queue, and decisions of people registered by control.
  elements: {
    ...{ api: ['select', 'insert'], control: ['select', 'insert'], sign: ['select', 'insert'] },
    enrolment: ['select', 'insert'],
  },
  element_versions: {
    ...{ api: ['select', 'insert'], control: ['select', 'insert'], sign: ['select', 'insert'] },
    enrolment: ['select', 'insert'],
  },
  element_relationships: {
    ...{ api: ['select', 'insert'], control: ['select', 'insert'], sign: ['select', 'insert'] },
    enrolment: ['select', 'insert', update('ended_at')],
  },
  attestations: { api: ['select', 'insert'], control: ['select', 'insert'], sign: ['select', 'insert'] },

  // Promotions. Triggers prove the order in which they move, whoever moves them.
  policy_snapshots: { api: ['select'], control: ['select', 'insert'], sign: ['select'], deploy: ['select'] },
  promotions: {
    api: ['select'],
    control: [
      ...(['select', 'insert'] as const),
      update(
        ...moves,
        'first_run_id',
        'policy_digest',
        'requester',
        'request_attestation_id',
        'starts_at',
        'not_after',
        'priority',
        'gate_round',
        'standing',
        'definition',
        'policy_sources',
      ),
    ],
    deploy: ['select', update(...moves)],
    sign: ['select', 'lock'],
  },
  promotion_edges: { control: ['select'], deploy: ['select'] },
  promotion_steps: { control: ['select', 'insert'], deploy: ['select', 'insert'], sign: ['select', 'insert'] },
  gate_rounds: { api: ['select'], control: ['select', 'insert'], deploy: ['select'], sign: ['select'] },
  facts: { api: ['select'], control: ['select', 'insert'] },
  check_runs: { api: ['select'], control: ['select', 'insert'], deploy: ['select'], sign: ['select'] },
  shown_facts: { api: ['select', 'insert'], control: ['select'] },
  statement_uses: { control: ['select', 'insert'] },
  decisions: { api: ['select'], control: ['select', 'insert'], deploy: ['select'], sign: ['select'] },

  // What plans have read, for the words of what has changed since. Whoever decides reads everything anew.
  plans: { api: ['select', 'insert', 'delete', update('planned_at')], control: ['select'] },

  // Lanes: the deploy queue switches the alias, and the router alone says what is served.
  lanes: {
    api: ['select'],
    control: ['select', 'insert', update('holder_promotion_id', 'fencing_token')],
    deploy: ['select', update('holder_promotion_id', 'fencing_token')],
    sign: ['select', 'lock'],
  },
  lane_history: {
    api: ['select'],
    control: ['select', 'insert', update('withdrawn_by', 'promotion_id', 'live_at')],
    deploy: ['select', 'insert', update('withdrawn_by', 'promotion_id', 'live_at')],
    sign: ['select'],
  },
  lane_aliases: {
    ...{ api: ['select'], control: ['select'], router: ['select'] },
    deploy: [
      ...(['select', 'insert'] as const),
      update('generation', 'bundle_digest', 'revision', 'services', 'fencing_token', 'promotion_id', 'switched_at'),
    ],
  },
  alias_switches: { deploy: ['select', 'insert'] },
  alias_observations: {
    ...{ api: ['select'], control: ['select'], deploy: ['select'] },
    router: [
      ...(['select', 'insert'] as const),
      update(
        ...['generation', 'status', 'detail', 'served_generation', 'served_bundle_digest', 'served_revision'],
        ...['served_services', 'observed_at'],
      ),
    ],
  },
  lane_targets: { api: ['select'], deploy: ['select'], router: ['select', 'insert'] },

  // The log of method events, which `append_event` alone writes, and its readers.
  method_events: { api: ['select'], control: ['select'], deploy: ['select'], sign: ['select'] },
  event_subjects: { api: ['select'], control: ['select'], deploy: ['select'], sign: ['select'] },
  dispatch_cursors: {
    control: ['select', 'insert', update('lease_holder', 'lease_until', 'transaction_id', 'event_id')],
  },
  parked_deliveries: {
    api: ['select', update('retry_requested_at')],
    control: ['select', 'insert', 'delete', update('reason', 'attempts', 'parked_at', 'retry_requested_at')],
  },
};

/** Columns that say when something was recorded, and in which place: nobody but the database writes them. */
export const writtenByDatabase: Readonly<Record<string, readonly string[]>> = {
  principals: ['created_at'],
  principal_keys: ['valid_from'],
  principal_tokens: ['created_at'],
  principal_addresses: ['linked_at'],
  commit_keys: ['enrolled_at', 'revoked_at'],
  enrolments: ['requested_at', 'state', 'decided_by', 'decided_at'],
  enrolment_statements: ['registered_at'],
  policy_installations: ['installed_at'],
  policy_versions: ['drafted_at'],
  policy_acts: ['registered_at'],
  transformations: ['changed_at'],
  transformation_changes: ['registered_at'],
  restrictions: ['changed_at'],
  restriction_changes: ['registered_at'],
  element_relationships: ['ended_at'],
  attestations: ['registered_at'],
  decisions: ['registered_at'],
  statement_uses: ['used_at'],
  promotion_steps: ['ended_at'],
  blob_refs: ['created_at'],
  plans: ['planned_at'],
  sign_in_codes: ['created_at'],
  sessions: ['created_at', 'seen_at', 'ended_at', 'ended_by', 'offered_key'],
  runs: ['recorded_at', 'settled_at'],
  run_histories: ['recorded_at'],
};

/** Our functions, with who may call them; those of triggers are called by the database alone. */
export const functionRights: Readonly<Record<string, readonly DatabaseProcess[]>> = {
  current_tenant: ['api', 'control', 'build', 'sign', 'deploy', 'router', 'enrolment'],
  refuse: ['api', 'control', 'sign', 'deploy', 'enrolment'],
  has_passing_round: ['control', 'deploy'],
  has_lost_reliance: ['control'],
  is_recalled: ['control'],
  is_observed: ['control', 'deploy'],
  tenant_ids: ['control', 'router'],
  has_policy_act: ['enrolment'],
  products_of_transformation: ['enrolment'],
  is_in_force: ['control'],
  append_event: ['api', 'control', 'sign', 'deploy', 'enrolment'],
};
