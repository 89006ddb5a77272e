import { type DescMethod, type Message, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { services } from '../../apps/api/services.js';
import { type Clients, createClients } from '../../apps/cli/connection/clients.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { type Digest, parseDigest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { asOwner, inPhase, rowsOf, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { signEnrolment } from '../support/enrolment.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold } from '../support/restriction-people.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { productOf } from '../replay/promotion-shapes.js';
import { draftAndSubmit, type PolicyDesk, publishedText } from '../support/policy-people.js';
import { closedRunsOf, historiesOf, keeperOn } from '../support/histories.js';
import { until } from '../support/until.js';
import { addStranger, rowsOfTenant, type Stranger } from '../support/second-tenant.js';
import { callsOf, first } from '../support/stranger-calls.js';
import { type Names, xml } from '../support/stranger-statements.js';

let engine: Engine;
let api: ApiOnEngine;
let stranger: Stranger;
let clients: Clients;
let theirs: Names;
/** The digest of the kept history of the run. */
let history: Digest;
const madeUp: Names = {
  product: 'unheard-of',
  repository: '/srv/unseen',
  ...{ bundle: digestOf('no bundle'), blob: digestOf('no blob'), report: digestOf('no report') },
  ...{ promotion: '00000000-0000-4000-8000-000000000001', release: '00000000-0000-4000-8000-000000000002' },
  ...{ attestation: 'f'.repeat(32), policy: digestOf('no policy'), enrolment: digestOf('no enrolment') },
  policyVersion: digestOf('no version'),
  run: '00000000-0000-7000-8000-000000000003',
  session: '00000000-0000-4000-8000-000000000004',
  code: `lk_other_${'n'.repeat(43)}`,
  feed: '0a0b0c0d',
};

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  const run = await keptRun();
  const bundle = await sealText(engine, 'theirs');
  await inPhase(engine, 'bronze', bundle, 'LIVE');
  const { id: promotion } = await waitingForApproval(engine, 'also theirs');
  const attestation = await attachPreviewCheck(engine, bundle);
  await waitsToBePublished();
  await hold(engine, 'bob', { product: 'shop' }, 'theirs');
  const repository = '/srv/theirs';
  await api.clients('carol').products.allowRepository({ pattern: repository });
  const change = { type: 'grant-roles', principal: 'bob', roles: ['auditor'], reason: 'theirs' } as const;
  const signedStatement = await signEnrolment(engine, 'carol', { verb: 'request', change });
  const { enrolment } = await api.clients('carol').enrolments.submitEnrolment({ signedStatement });
  await asOwner(
    engine,
    "insert into parked_deliveries (tenant_id, event_id, target, reason, attempts) select tenant_id, max(id), 'theirs', 'theirs', 1 from method_events where tenant_id = 'default' group by tenant_id",
  );
  const release = crypto.randomUUID();
  await asOwner(engine, 'update releases set id = $1 where revision = (select revision from bundles limit 1)', release);
  await asOwner(
    engine,
    'update bundles set release_id = $1 where revision = (select revision from releases where id = $1)',
    release,
  );
  const [policy] = await rowsOf<{ digest: Digest }>(engine, 'select digest from policy_snapshots limit 1');
  const [version] = await rowsOf<{ digest: Digest }>(engine, 'select digest from policy_heads limit 1');
  const [image] = await rowsOf<{ digest: Digest }>(engine, "select digest from artifacts where kind = 'image' limit 1");
  theirs = {
    ...{ product: 'shop', repository, bundle, promotion, attestation: attestation.id },
    ...{ blob: image!.digest, report: await engine.blobs.put(xml), release, policy: policy!.digest },
    enrolment: parseDigest(enrolment!.id),
    policyVersion: version!.digest,
    run,
    session: (await api.clients('carol').sessions.createSignInCode({})).id,
    code: `lk_default_${'t'.repeat(43)}`,
    feed: (await api.clients('carol').feeds.createCalendarFeed({ product: 'shop' })).feed!.id,
  };
  stranger = await addStranger(engine.cluster, 'other', 'mallory');
  clients = createClients(api.url, stranger.token);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** A version of theirs that is in the inbox of their people. */
async function waitsToBePublished(): Promise<void> {
  const desk: PolicyDesk = { ...engine, submit: (act) => api.clients('dev').governance.submitPolicyAct(act) };
  const text = `${await publishedText(desk, 'policy', 'default')}# theirs\n`;
  await draftAndSubmit(desk, text, { kind: 'policy', name: 'default', author: 'dev' });
}

/** A run of theirs whose history is kept: of a promotion that another one has superseded. */
async function keptRun(): Promise<string> {
  const shop = productOf(engine, 'superseded');
  const { workflowId, firstExecutionRunId, ...first } = await shop.live('bronze', await shop.seal('theirs'));
  await shop.live('bronze', await shop.seal('theirs, too'));
  await first.result();
  await until(async () => (await closedRunsOf(engine.client, workflowId)).length > 0, 'the run to be shown as closed');
  const keeper = await keeperOn(engine);
  await keeper.look();
  await keeper.stop();
  const [row] = await historiesOf(engine, workflowId);
  history = row!.digest!;
  return firstExecutionRunId;
}

/** A new RPC fails until it is there. */
const calls = () => callsOf(engine, stranger, clients);

const methods: readonly (readonly [string, DescMethod])[] = services.flatMap((service) =>
  service.methods.map((method) => [`${service.typeName}.${method.name}`, method] as const),
);

/** What an RPC says, without its clock and without what the caller has named: the digits of ids are replaced. */
async function outcomeOf(name: string, method: DescMethod, names: Names): Promise<string> {
  const answer = await calls()[name]!(names).then(
    (message) => toJson(method.output, message as Message),
    (error: unknown) => {
      const { code, detail } = domainErrorOf(error) ?? {};
      if (code === undefined) throw error;
      return { code, detail };
    },
  );
  const text = JSON.stringify(answer).replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME');
  const given = Object.entries(names).flatMap(([what, id]: [string, string]) => [
    [id, what] as const,
    ...(id.startsWith('sha256:') ? [[id.slice(7, 19), what] as const] : [[id.slice(-12), what] as const]),
  ]);
  given.sort(([one], [other]) => other.length - one.length);
  return given.reduce((all, [id, what]) => all.replaceAll(id, `<${what}>`), text);
}

/** What writes to the stranger's own tenant, or shows what was written: two calls do not answer the same. */
const own = [
  ...['RegisterProduct', 'ListProducts', 'AllowRepository', 'DisallowRepository', 'ListRepositories'],
  ...['CreateSignInCode', 'WatchEvents'],
];

test('every RPC is called', () => {
  expect(Object.keys(calls()).sort()).toEqual(methods.map(([name]) => name).sort());
});

describe('somebody of another tenant, with every role there', () => {
  test.each(methods)('learns nothing by %s, and changes nothing', async (name, method) => {
    const before = await rowsOfTenant(engine.cluster.adminUrl, 'default');
    const answer = await outcomeOf(name, method, theirs);
    // The answer is that about things which do not exist, word for word.
    if (!own.includes(method.name)) expect(answer).toBe(await outcomeOf(name, method, madeUp));
    for (const secret of ['theirs', 'alice', 'bob', 'carol', 'Ada', 'default', theirs.blob, theirs.policy])
      expect(answer).not.toContain(secret);
    expect(await rowsOfTenant(engine.cluster.adminUrl, 'default')).toEqual(before);
  });
});

test('the history of a run of the other tenant is read neither by its digest nor through its lane', async () => {
  expect((await engine.blobs.get(history)).length).toBeGreaterThan(0);
  await expect(first(clients.bundles.getBlob({ digest: history }))).rejects.toMatchObject({
    cause: { code: 'NOT_FOUND' },
  });
  const lane = { $typeName: 'workflows_runtime.v1.LaneOfProduct', product: 'superseded', lane: Lane.BRONZE } as const;
  await expect(clients.runs.listRunHistories({ of: { case: 'lane', value: lane } })).rejects.toMatchObject({
    cause: { code: 'UNKNOWN_PRODUCT' },
  });
});

test('a statement of the other tenant is not passed on with a token of this one', async () => {
  const change = { type: 'grant-roles', principal: 'bob', roles: ['qa2'], reason: 'mine' } as const;
  const signedStatement = await signEnrolment(engine, 'carol', { verb: 'request', change });
  await expect(clients.enrolments.submitEnrolment({ signedStatement })).rejects.toMatchObject({
    cause: { code: 'DECISION_MISMATCH' },
  });
});

test('a token counts in the tenant that it names, and with another name nowhere', async () => {
  const renamed = stranger.token.replace('lk_other_', 'lk_default_');
  await expect(createClients(api.url, renamed).identity.whoAmI({})).rejects.toMatchObject({
    cause: { code: 'UNAUTHENTICATED' },
  });
});
