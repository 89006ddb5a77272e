import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  approveByTwo,
  inPhase,
  startReconcilingEngine,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { type Placed, placedIn } from '../support/phases.js';
import { sealText } from '../support/sealed-bundle.js';
import { type Database, openDatabase } from '../../store/database.js';
import { type DatabaseProcess, databaseProcesses } from '../../store/rights/roles.js';

let engine: Engine;
let gold: Target;
let live: Target;
let holder: Placed;
let databases: ReadonlyMap<DatabaseProcess, Database>;
beforeAll(async () => {
  engine = await startReconcilingEngine();
  gold = await waitingForApproval(engine, 'wanted by a program');
  live = await inPhase(engine, 'bronze', await sealText(engine, 'is live'), 'LIVE');
  holder = await placedIn['GUARDING']!(engine, 'held');
  const { urls } = engine.cluster;
  databases = new Map(databaseProcesses.map((name) => [name, openDatabase({ url: urls[name], maxConnections: 1 })]));
});
afterAll(async () => {
  for (const database of databases.values()) await database.close();
  await holder.release();
  await engine.close();
});

/** Values that the statements below name: `:gold` the id of the waiting promotion, and so on. */
const values = (): Readonly<Record<string, string>> => ({
  ':goldBundle': gold.bundle,
  ':liveBundle': live.bundle,
  ':gold': gold.id,
  ':live': live.id,
  ':holder': holder.id,
});

/** Rolls back what a statement has done, so that one that is accepted does not spoil the next test. */
class Undone extends Error {}

/**
 * Runs one statement with the rights of a process, in the transaction of its tenant, with the constraints that wait for
 * the commit.
 *
 * @returns the SQLSTATE of the refusal, or `accepted`
 */
async function attempt(process: DatabaseProcess, sql: string): Promise<string> {
  const text = Object.entries(values()).reduce((all, [name, value]) => all.replaceAll(name, `'${value}'`), sql);
  const work = databases.get(process)!.transaction('default', async (tx) => {
    await tx.query(text);
    await tx.query('set constraints all immediate');
    throw new Undone();
  });
  return work.catch((error: unknown) => {
    if (error instanceof Undone) return 'accepted';
    return String((error as { code?: unknown }).code);
  });
}

/** Refused by a trigger, a constraint or a missing right; class 42 else is a mistake in the statement. */
const refusal = /^(?!42(?!501)).{5}$/;

const phases = ['GATING', 'AWAITING_APPROVAL', 'QUEUED', 'GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE', 'ERRORED'];
const set = (id: string, state: string, more = '') =>
  `update promotions set state = '${state}'${more} where id = ${id}`;
const goldAlias = `insert into lane_aliases (tenant_id, product, lane, generation, bundle_digest, revision, services, fencing_token, promotion_id)
  values ('default', 'shop', 'gold', 1, :goldBundle, repeat('a', 40), '[]', 1, :gold)`;
const goldHistory = `insert into lane_history (tenant_id, product, lane, position, bundle_digest, promotion_id, live_at)
  values ('default', 'shop', 'gold', 1, :goldBundle, :gold, now())`;

const refused: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a promotion that waits for approval': [
    ...['GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE', 'SUPERSEDED', 'ROLLED_BACK'].map(
      (state) => [`to be ${state}`, set(':gold', state)] as const,
    ),
    ['to be QUEUED without a round of gates that passed', set(':gold', 'QUEUED', ', queued_at = now()')],
    ['to be REJECTED without a decision that rejects it', set(':gold', 'REJECTED', ', ended_at = now()')],
    ['to be ABORTED without a decision that aborts it', set(':gold', 'ABORTED', ', ended_at = now()')],
    ['to have ended while it is open', 'update promotions set ended_at = now() where id = :gold'],
    ['to be about another bundle', 'update promotions set bundle_digest = :liveBundle where id = :gold'],
    ['to be for another lane', "update promotions set lane = 'bronze' where id = :gold"],
    ['to be for another product', "update promotions set product = 'held' where id = :gold"],
    ['to be a rollback', "update promotions set kind = 'ROLLBACK' where id = :gold"],
    ['to be requested by somebody else', "update promotions set requester = 'carol' where id = :gold"],
    [
      'to be judged by another policy snapshot',
      'update promotions set policy_digest = (select digest from policy_snapshots s where s.digest <> policy_digest limit 1) where id = :gold',
    ],
    [
      'to go back to what was live before it has switched',
      "update promotions set ending_state = 'ABORTED' where id = :gold",
    ],
    ['to skip an attempt', 'update promotions set attempt = attempt + 2 where id = :gold'],
    ['to skip a round', 'update promotions set gate_round = gate_round + 2 where id = :gold'],
    ['to have another id', 'update promotions set id = gen_random_uuid() where id = :gold'],
    ['to belong to another workflow', "update promotions set workflow_id = 'another' where id = :gold"],
    ['to be deleted', 'delete from promotions where id = :gold'],
  ],
  'a promotion that is live': [
    ...phases.filter((phase) => phase !== 'LIVE').map((state) => [`to be ${state}`, set(':live', state)] as const),
    ['to have never been live', 'update promotions set live_at = null where id = :live'],
    ['to be ABORTED', set(':live', 'ABORTED', ', ended_at = now()')],
    ['to be AT_RISK while all that it relied on counts', "update promotions set standing = 'AT_RISK' where id = :live"],
    ['to have no standing', 'update promotions set standing = null where id = :live'],
    ['to be SUPERSEDED while nothing else is live', set(':live', 'SUPERSEDED', ', ended_at = now()')],
  ],
  'a promotion that holds its lane': [
    ['to be LIVE without an observation of the lane', set(':holder', 'LIVE', ', switched = true, live_at = now()')],
    ['to be VERIFYING before it was deployed', set(':holder', 'VERIFYING', ', switched = true')],
  ],
  'a new promotion': [
    [
      'to be LIVE from the start',
      `insert into promotions select (jsonb_populate_record(p, '{"id":"00000000-0000-4000-8000-000000000000","workflow_id":"x","lane":"silver","state":"LIVE"}')).* from promotions p where id = :live`,
    ],
  ],
  'a lane': [
    ['to have another holder', "update lanes set holder_promotion_id = :live where product = 'held'"],
    [
      'to be held by a promotion that waits for approval',
      "update lanes set holder_promotion_id = :gold, fencing_token = fencing_token + 1 where lane = 'gold'",
    ],
    [
      'to be held by one promotion together with another lane',
      'update lanes set holder_promotion_id = :holder, fencing_token = fencing_token + 1',
    ],
    ['to lose its holder without a higher token', "update lanes set holder_promotion_id = null where product = 'held'"],
    ['to have a lower fencing token', "update lanes set fencing_token = fencing_token - 1 where product = 'held'"],
    ['to have a fencing token of zero', 'update lanes set fencing_token = 0'],
  ],
  'an alias': [
    [
      'to point to another bundle',
      "update lane_aliases set bundle_digest = :goldBundle, generation = generation + 1 where lane = 'bronze'",
    ],
    ['to keep its generation', "update lane_aliases set services = '[]' where lane = 'bronze'"],
    ['to go back in its generations', "update lane_aliases set generation = 0 where lane = 'bronze'"],
    ['to exist for a lane that nobody holds', goldAlias],
  ],
  'the history of a lane': [
    ['to say that a bundle is live that is not', goldHistory],
    [
      'to say that a bundle was rolled back that was not',
      "update lane_history set withdrawn_by = 'x' where lane = 'bronze'",
    ],
    ['to name another bundle', "update lane_history set bundle_digest = :goldBundle where lane = 'bronze'"],
    [
      'to end for good at the last position that there is',
      `insert into lane_history (tenant_id, product, lane, position, bundle_digest, promotion_id, live_at)
       values ('default', 'shop', 'bronze', 9223372036854775807, :liveBundle, :live, now())`,
    ],
    ['to be shorter', "delete from lane_history where lane = 'bronze'"],
  ],
  'a round of gates': [
    [
      'to say that people approved who did not',
      `insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, severity, explanation, evaluated_at)
       select tenant_id, promotion_id, round, gate_id || '-2', 'PASS', severity, explanation, evaluated_at from check_runs where promotion_id = :gold limit 1`,
    ],
    ['to pass afterwards', "update check_runs set verdict = 'PASS' where promotion_id = :gold"],
  ],
  'a decision': [
    [
      'to be accepted without a signed statement',
      `insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, statement_digest, front_door)
       values ('default', 'invented', 'promotion', :gold, 'approve', 'alice', true, :goldBundle, 'UPDATE')`,
    ],
    ...[
      ['an attestation of something else', "a.kind <> 'decision'", 'a.statement_digest'],
      ['a statement of somebody else', "a.kind = 'decision' and k.principal <> 'alice'", 'a.statement_digest'],
      ['a statement that it is not about', "a.kind = 'decision'", ':goldBundle'],
    ].map(
      ([what, which, digest]) =>
        [
          `to be accepted through ${what}`,
          `insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, attestation_id, statement_digest, front_door)
           select 'default', 'invented', 'promotion', :gold, 'approve', 'alice', true, a.id, ${digest}, 'UPDATE'
             from attestations a join principal_keys k on k.tenant_id = a.tenant_id and k.key_id = a.key_id where ${which} limit 1`,
        ] as const,
    ),
    ...[
      ['a promotion that there is not', 'promotion'],
      ['nothing that people decide about', 'lane'],
    ].map(
      ([what, kind]) =>
        [
          `to be in the case of ${what}`,
          `insert into decisions (tenant_id, id, case_kind, case_id, verb, accepted, statement_digest, front_door)
           values ('default', 'lost', '${kind}', 'nobody', 'approve', false, :goldBundle, 'UPDATE')`,
        ] as const,
    ),
    [
      'to be older than it is',
      `insert into decisions (tenant_id, id, case_kind, case_id, verb, accepted, statement_digest, front_door, registered_at)
       values ('default', 'old', 'promotion', :gold, 'approve', false, :goldBundle, 'UPDATE', '2001-01-01')`,
    ],
    ['to be another one afterwards', "update decisions set verb = 'reject'"],
    ['to vanish', 'delete from decisions'],
  ],
  evidence: [
    [
      'to be older than it is',
      'insert into attestations select (jsonb_populate_record(a, \'{"id":"old"}\')).* from attestations a limit 1',
    ],
  ],
  'the log': [
    ['to be read past its end', "update dispatch_cursors set transaction_id = '9223372036854775806'"],
    [
      'to have an event of another time',
      "insert into method_events (tenant_id, type, occurred_at) values ('default', 'x', '2001-01-01')",
    ],
    [
      'to have an event in another place',
      "insert into method_events (tenant_id, id, type) overriding system value values ('default', 1, 'x')",
    ],
  ],
  'tables of its own': [
    ['that stand for ours', 'create temporary table promotion_edges (from_state text, to_state text)'],
    ['in a schema of its own', 'create schema mine'],
  ],
  'an event': [
    ['to be another one afterwards', "update method_events set type = 'lane.granted'"],
    ['to vanish', 'delete from method_events'],
    [
      'to be about something else, too',
      "insert into event_subjects (tenant_id, event_id, kind, id) select tenant_id, id, 'promotion', :gold from method_events limit 1",
    ],
    ['to be about something else instead', 'update event_subjects set id = :gold'],
    ['to be about nothing', 'delete from event_subjects'],
  ],
};

describe.each(Object.entries(refused))(
  'SQL with the rights of a process, whichever it is, does not get %s',
  (_what, statements) => {
    test.each(statements)('%s', async (_claim, sql) => {
      for (const process of databaseProcesses)
        expect([process, await attempt(process, sql)]).toEqual([process, expect.stringMatching(refusal)]);
    });
  },
);

test('no function of ours looks for tables where somebody else can make them', async () => {
  const found = await engine.database.transaction('default', (tx) =>
    tx.query<{ proname: string; proconfig: string[] | null }>(
      "select proname, proconfig from pg_proc where pronamespace = 'public'::regnamespace",
    ),
  );
  expect(found.length).toBeGreaterThan(10);
  for (const { proname, proconfig } of found)
    expect([proname, proconfig]).toEqual([proname, ['search_path=pg_catalog, public, pg_temp']]);
});

test('after all of that, two people bring the promotion to gold live', async () => {
  await approveByTwo(engine, gold);
});
