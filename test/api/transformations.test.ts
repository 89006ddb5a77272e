import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { createClients } from '../../apps/cli/connection/clients.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { parseTransformationAct } from '../../core/evidence/read-transformation-act.js';
import { digestOfText } from '../../core/governance/document.js';
import { PolicyState } from '#gen/governance/v1/governance_service_pb.js';
import { openDatabase } from '../../store/database.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { signPolicyAct } from '../support/policy-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { addStranger, type Stranger } from '../support/second-tenant.js';
import { type SayingOfTransformation, signTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
let stranger: Stranger;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  stranger = await addStranger(engine.cluster, 'other', 'mallory');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** Sends a statement of one person with the token of another, or their own. */
async function say(name: string, saying: SayingOfTransformation, person = 'dev', tokenOf = person) {
  const signedStatement = await signTransformation(engine, person, name, saying);
  return api.clients(tokenOf).transformations.submitTransformation({ signedStatement });
}

const outcomeOf = (answer: Promise<{ readonly revision: number }>): Promise<string> =>
  answer.then(({ revision }) => `revision ${String(revision)}`, codeOf);

const codeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause
    ? String(error.cause.code)
    : String(error);

const spec = { profile: 'scrum' };

describe('a transformation through the API', () => {
  test('keeps its profile in force: nobody retires one that it names', async () => {
    await say('under-safe', { spec: { profile: 'safe' } });
    const content = digestOfText(await readFile('policies/profiles/safe.yaml', 'utf8'));
    const retire = async () => {
      const version = { kind: 'profile', name: 'safe', version: 1, content } as const;
      const signedStatement = await signPolicyAct(engine, 'carol', 'retire', version, { published: true });
      return api.clients('carol').governance.submitPolicyAct({ signedStatement });
    };
    expect(await retire().catch((error: unknown) => domainErrorOf(error)?.why)).toContain('transformation/under-safe');
    await say('under-safe', { revision: 1 });
    expect((await retire()).version?.state).toBe(PolicyState.RETIRED);
  });

  test('comes with every statement that has made it, so that anybody can check them', async () => {
    await say('checked', { spec });
    await say('checked', { spec: { ...spec, stage: 'build' }, revision: 1 }, 'carol');
    await say('checked', { revision: 2 });
    const { transformations, identity } = api.clients('alice');
    const { changes, nextBefore } = await transformations.listTransformationChanges({
      ...{ name: 'checked', withStatements: true },
    });
    const { principals } = await identity.listPrincipals({});
    const said = changes.map(({ principal, signedStatement }) => {
      const keys = principals.find(({ name }) => name === principal)?.keys ?? [];
      const pems = keys.map(({ publicKeyPem }) => publicKeyPem);
      const act = parseTransformationAct(verifyStatement(signedStatement, pems).statement);
      return [act.revision, act.verb, act.principal, act.name];
    });
    expect(said).toEqual([
      [2, 'retire', 'dev', 'checked'],
      [1, 'put', 'carol', 'checked'],
      [0, 'put', 'dev', 'checked'],
    ]);
    expect(nextBefore).toBe(0);
    const before = await transformations.listTransformationChanges({ name: 'checked', before: 3 });
    expect(before.changes.map(({ revision, signedStatement }) => [revision, signedStatement.length])).toEqual([
      [2, 0],
      [1, 0],
    ]);
  });

  test('is answered in parts where its statements are many megabytes', async () => {
    const title = 'x'.repeat(190);
    const artifacts = Array.from({ length: 900 }, (_, at) => ({
      ...{ kind: 'INCREMENT' as const, key: `i${String(at)}`, title },
    }));
    for (let revision = 0; revision < 18; revision += 1)
      await say('long', { revision, spec: { ...spec, artifacts, stage: `stage ${String(revision)}` } });
    const { transformations } = api.clients('alice');
    const seen: number[] = [];
    let parts = 0;
    for (let before = 0; parts === 0 || before > 0; parts += 1) {
      const part = await transformations.listTransformationChanges({ name: 'long', withStatements: true, before });
      seen.push(...part.changes.map(({ revision }) => revision));
      expect(part.changes.every(({ signedStatement }) => signedStatement.length > 200_000)).toBe(true);
      before = part.nextBefore;
    }
    expect(seen).toEqual(Array.from({ length: 18 }, (_, at) => 18 - at));
    expect(parts).toBeGreaterThan(1);
  });

  test('is changed by nobody with a token alone, whoever carries the statement of another', async () => {
    expect(await outcomeOf(say('carried', { spec }, 'dev', 'bob'))).toBe('revision 1');
    expect(await outcomeOf(say('carried', { spec, revision: 1, keyOf: 'bob' }, 'dev', 'dev'))).toBe(
      'SIGNATURE_INVALID',
    );
    expect(await outcomeOf(say('carried', { spec, revision: 1 }, 'bob'))).toBe('ROLE_MISSING');
    const signedStatement = new TextEncoder().encode('{}');
    expect(await outcomeOf(api.clients('dev').transformations.submitTransformation({ signedStatement }))).toBe(
      'EVIDENCE_INVALID',
    );
  });

  test('is not changed by a key that is held in a browser', async () => {
    await asOwner(
      engine,
      "update principal_keys set held_in = 'browser', valid_until = now() + interval '1 day' where principal = 'carol'",
    );
    expect(await outcomeOf(say('in-browser', { spec }, 'carol'))).toBe('PERMISSION_DENIED');
    await asOwner(engine, "update principal_keys set held_in = 'file', valid_until = null where principal = 'carol'");
    expect(await outcomeOf(say('in-browser', { spec }, 'carol'))).toBe('revision 1');
  });

  test('is neither seen nor changed by another tenant, though the name is the same', async () => {
    const { transformations } = createClients(api.url, stranger.token);
    await say('shared-name', { spec });
    expect((await transformations.listTransformations({})).transformations).toEqual([]);
    for (const asked of [
      transformations.getTransformation({ name: 'shared-name' }),
      transformations.listTransformationChanges({ name: 'shared-name', withStatements: true }),
    ])
      expect(await asked.then(() => 'seen', codeOf)).toBe('NOT_FOUND');
    const signedStatement = await signTransformation(engine, 'dev', 'shared-name', { revision: 1, spec });
    expect(await outcomeOf(transformations.submitTransformation({ signedStatement }))).toBe('DECISION_MISMATCH');
  });

  test('takes 200 changes of a person in a day and no more, but is retired nevertheless, and others go on', async () => {
    for (let revision = 0; revision < 200; revision += 1)
      await say('flooded', { spec: { ...spec, stage: String(revision) }, revision }, 'alice');
    expect(await outcomeOf(say('flooded', { spec, revision: 200 }, 'alice'))).toBe('LIMIT_EXCEEDED');
    expect(await outcomeOf(say('flooded', { spec, revision: 200 }))).toBe('revision 201');
    expect(await outcomeOf(say('flooded', { revision: 201 }, 'alice'))).toBe('revision 202');
  }, 60_000);
});

describe('the evidence graph', () => {
  const contained = async (name: string) =>
    (
      await rowsOf<{ target: string; ended: boolean }>(
        engine,
        `select target_element_id as target, ended_at is not null as ended from element_relationships
          where type_key = 'CONTAINS' and source_element_id = $1 order by 1`,
        `transformation/${name}`,
      )
    ).map(({ target, ended }) => `${target}${ended ? ' ended' : ''}`);

  test('has a transformation and its artifacts, contained in it until they are removed, and again when they come back', async () => {
    const artifact = (key: string) => ({ kind: 'INCREMENT' as const, key, title: key });
    const own = 'transformation/graph/INCREMENT';
    await say('graph', { spec: { ...spec, artifacts: [artifact('one'), artifact('two')] } });
    expect(await contained('graph')).toEqual([`${own}/one`, `${own}/two`]);
    await say('graph', { revision: 1, spec: { ...spec, artifacts: [artifact('two')] } });
    expect(await contained('graph')).toEqual([`${own}/one ended`, `${own}/two`]);
    await say('graph', { revision: 2, spec: { ...spec, artifacts: [artifact('one')] } });
    expect(await contained('graph')).toEqual([`${own}/one`, `${own}/two ended`]);
    const types = await rowsOf<{ id: string; type_key: string }>(
      engine,
      "select id, type_key from elements where id like 'transformation/graph%' order by id",
    );
    expect(types.map(({ type_key }) => type_key)).toEqual([
      'transformation',
      'methodology.increment',
      'methodology.increment',
    ]);
  });

  test('loses no other relation, and its transformation no product, by whoever has the rights of the process that writes them', async () => {
    await sealText(engine, 'with relations of its own');
    await say('graph', { revision: 3, spec: { ...spec, products: ['shop'] } });
    const attempts = [
      [
        "update element_relationships set ended_at = now() where source_element_id not like 'transformation/%'",
        'only a transf',
      ],
      ["delete from transformation_products where product = 'shop'", 'products of a transformation'],
      [
        "insert into transformation_products (tenant_id, name, product) values ('default', 'graph', 'till')",
        'products of a transformation|foreign key',
      ],
    ] as const;
    await asOwner(engine, "insert into products (tenant_id, name, repository) values ('default', 'till', '/srv/till')");
    for (const [sql, why] of attempts) await expect(asEnrolment(sql)).rejects.toThrow(new RegExp(why));
    await expect(asEnrolment("update transformation_products set product = 'till'")).rejects.toThrow(/permission/);
  });
});

/** What a captured enrolment process may do in the database. */
async function asEnrolment(sql: string): Promise<void> {
  const database = openDatabase({ url: engine.cluster.urls.enrolment, maxConnections: 1 });
  try {
    await database.transaction('default', (tx) => tx.query(sql));
  } finally {
    await database.close();
  }
}
