import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EnrolmentState } from '#gen/governance/v1/enrolment_service_pb.js';
import { generateKeyPair, keyIdOf, loadSigner } from '../../adapters/sigstore/keys.js';
import { parseDigest } from '../../core/digest.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { digestOf } from '../../core/hash.js';
import { formatToken } from '../../core/identity/token.js';
import { openDatabase } from '../../store/database.js';
import type { EmbeddedCluster } from '../support/embedded-cluster.js';
import { signEnrolment } from '../support/enrolment.js';
import { codeOf, type EnrolmentScene, grant, request, startEnrolmentScene } from '../support/enrolment-scene.js';
import { signerOf } from '../support/sealed-bundle.js';

let scene: EnrolmentScene;
let cluster: EmbeddedCluster;
beforeAll(async () => {
  scene = await startEnrolmentScene();
  ({ cluster } = scene);
});
afterAll(() => scene.close());

const submit: EnrolmentScene['submit'] = (signed) => scene.submit(signed);
const outcomeOf: EnrolmentScene['outcomeOf'] = (...saying) => scene.outcomeOf(...saying);
const rolesOf: EnrolmentScene['rolesOf'] = (name) => scene.rolesOf(name);

describe('without a key of an operator, nobody', () => {
  test('gives a role, a key or a token to anybody', async () => {
    const { publicKeyPem } = generateKeyPair();
    const mine = loadSigner(generateKeyPair().privateKeyPem);
    const wanted: readonly EnrolmentChange[] = [
      grant('alice', 'operator'),
      { type: 'enrol-key', principal: 'bob', purpose: 'person', publicKeyPem },
      { type: 'enrol-key', principal: 'verifier', purpose: 'verification', publicKeyPem },
      {
        ...({ type: 'create-token', principal: 'dev', tokenHash: digestOf('mine'), label: '' } as const),
        expiresAt: new Date(Date.now() + 1_000_000).toISOString(),
      },
      { type: 'unlink-address', address: 'alice@example.com', principal: 'alice', reason: 'mine' },
    ];
    for (const change of wanted) {
      // A developer with a key of their own, a stranger with one that nobody enrolled, and one who names an operator.
      expect([change.type, await outcomeOf('alice', request(change))]).toEqual([change.type, 'PERMISSION_DENIED']);
      expect(await outcomeOf('mallory', request(change), {}, mine)).toBe('SIGNATURE_INVALID');
      expect(await outcomeOf('carol', request(change), {}, mine)).toBe('SIGNATURE_INVALID');
    }
  });

  test('uses the key that signs builds or verifications to say who is who', async () => {
    for (const [purpose, name] of [
      ['build', 'builder'],
      ['verification', 'verifier'],
    ] as const) {
      const signer = await signerOf(cluster.dataDir, 'keys', purpose);
      for (const person of ['carol', name])
        expect(await outcomeOf(person, request(grant('alice', 'operator')), {}, signer)).toBe('SIGNATURE_INVALID');
    }
  });

  test('gets anything by sending what is no statement', async () => {
    const signed = (await signEnrolment(cluster, 'carol', request(grant('bob', 'x')))).toString();
    const empty = JSON.stringify({ ...(JSON.parse(signed) as object), dsseEnvelope: {} });
    for (const bytes of ['{}', '[]', 'null', '\u0000', '{"mediaType":1}', empty])
      await expect(submit(Buffer.from(bytes)).catch(codeOf)).resolves.toMatch(/EVIDENCE_INVALID|SIGNATURE_INVALID/);
    await expect(submit(Buffer.alloc(200_000)).catch(codeOf)).resolves.toBe('INVALID_INPUT');
  });
});

describe('one operator alone', () => {
  test('gives themselves or others no right, not with two statements, two keys or two requests', async () => {
    const change = grant('alice', 'operator');
    const first = await submit(await signEnrolment(cluster, 'carol', request(change)));
    const again = await submit(await signEnrolment(cluster, 'carol', request(change)));
    expect([first.state, again.state]).toEqual([EnrolmentState.PENDING, EnrolmentState.PENDING]);
    const approve = { verb: 'approve', enrolment: parseDigest(first.id) } as const;
    expect(await outcomeOf('carol', approve)).toBe('SELF_APPROVAL');
    const second = generateKeyPair();
    const own: EnrolmentChange = {
      ...({ type: 'enrol-key', principal: 'carol', purpose: 'person' } as const),
      publicKeyPem: second.publicKeyPem,
    };
    expect(await outcomeOf('carol', request(own))).toBe('APPLIED');
    expect(await outcomeOf('carol', approve, {}, loadSigner(second.privateKeyPem))).toBe('SELF_APPROVAL');
    expect(await rolesOf('alice')).not.toContain('operator');
  });

  test('gets nothing approved by somebody without the role', async () => {
    const { id } = await submit(await signEnrolment(cluster, 'carol', request(grant('alice', 'operator'))));
    const approve = { verb: 'approve', enrolment: parseDigest(id) } as const;
    expect(await outcomeOf('bob', approve)).toBe('ROLE_MISSING');
    expect(await rolesOf('alice')).not.toContain('operator');
  });
});

test('what somebody asked for who is no operator any more is not applied', async () => {
  const { id: first } = await submit(await signEnrolment(cluster, 'carol', request(grant('bob', 'operator'))));
  expect(await outcomeOf('dev', { verb: 'approve', enrolment: parseDigest(first) })).toBe('APPLIED');
  const { id } = await submit(await signEnrolment(cluster, 'bob', request(grant('alice', 'operator'))));
  const withdraw = { type: 'withdraw-roles', principal: 'bob', roles: ['operator'], reason: 'over' } as const;
  expect(await outcomeOf('dev', request(withdraw))).toBe('APPLIED');
  expect(await outcomeOf('carol', { verb: 'approve', enrolment: parseDigest(id) })).toBe('PERMISSION_DENIED');
  expect(await rolesOf('alice')).not.toContain('operator');
});

describe('a statement', () => {
  test('counts once, and with another meaning never', async () => {
    const nonce = crypto.randomUUID();
    const signed = await signEnrolment(cluster, 'carol', request(grant('bob', 'release-manager')), { nonce });
    const { id } = await submit(signed);
    expect(await submit(signed)).toMatchObject({ id });
    expect(await outcomeOf('carol', request(grant('bob', 'operator')), { nonce })).toBe('DECISION_REPLAYED');
    const approval = await signEnrolment(cluster, 'dev', { verb: 'approve', enrolment: parseDigest(id) });
    expect((await submit(approval)).state).toBe(EnrolmentState.APPLIED);
    const withdraw = { type: 'withdraw-roles', principal: 'bob', roles: ['release-manager'], reason: 'over' } as const;
    expect(await outcomeOf('carol', request(withdraw))).toBe('APPLIED');
    // Neither the request nor the approval brings the role back.
    expect((await submit(signed)).state).toBe(EnrolmentState.APPLIED);
    expect((await submit(approval)).state).toBe(EnrolmentState.APPLIED);
    expect(await outcomeOf('dev', { verb: 'approve', enrolment: parseDigest(id) })).toBe('WRONG_STATE');
    expect(await rolesOf('bob')).not.toContain('release-manager');
  });

  test('for another tenant, too old, from the future or without an enrolment does not count', async () => {
    const change = request(grant('bob', 'operator'));
    expect(await outcomeOf('carol', change, { tenant: 'other' })).toBe('SIGNATURE_INVALID');
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    expect(await outcomeOf('carol', change, { issuedAt: at(-10_000), expiresAt: at(-1) })).toBe('DECISION_EXPIRED');
    expect(await outcomeOf('carol', change, { issuedAt: at(120_000) })).toBe('DECISION_MISMATCH');
    expect(await outcomeOf('dev', { verb: 'approve', enrolment: digestOf('none') })).toBe('NOT_FOUND');
  });

  test('whose signed bytes were changed does not count', async () => {
    const signed = JSON.parse((await signEnrolment(cluster, 'carol', request(grant('bob', 'qa2')))).toString()) as {
      dsseEnvelope: { payload: string };
    };
    const payload = Buffer.from(signed.dsseEnvelope.payload, 'base64').toString().replaceAll('bob', 'eve');
    signed.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
    await expect(submit(Buffer.from(JSON.stringify(signed))).catch(codeOf)).resolves.toMatch(/_INVALID$/);
  });

  test('signed with a key that was revoked does not count, however long ago it was signed', async () => {
    const pair = generateKeyPair();
    const { publicKeyPem } = pair;
    expect(
      await outcomeOf('alice', request({ type: 'enrol-key', principal: 'alice', purpose: 'person', publicKeyPem })),
    ).toBe('APPLIED');
    const stolen = loadSigner(pair.privateKeyPem);
    const kept = await signEnrolment(
      cluster,
      'alice',
      request({ type: 'link-address', address: 'x@example.com', principal: 'alice' }),
      {},
      stolen,
    );
    expect(
      await outcomeOf('alice', request({ type: 'revoke-key', keyId: keyIdOf(publicKeyPem), reason: 'stolen' })),
    ).toBe('APPLIED');
    await expect(submit(kept).catch(codeOf)).resolves.toBe('SIGNATURE_INVALID');
    expect(
      await outcomeOf('alice', request({ type: 'enrol-key', principal: 'alice', purpose: 'person', publicKeyPem })),
    ).toBe('CONFLICT');
  });
});

describe('a person in a hurry', () => {
  test('cannot fill the list of what waits', async () => {
    const outcomes: string[] = [];
    for (let at = 0; at < 55; at += 1)
      outcomes.push(await outcomeOf('dev', request(grant('bob', `role-${String(at)}`))));
    expect(outcomes.filter((one) => one === 'PENDING').length).toBeLessThanOrEqual(50);
    expect(outcomes.at(-1)).toBe('LIMIT_EXCEEDED');
  });

  test('cannot fill the tables with what needs nobody else', async () => {
    const again: EnrolmentChange = { type: 'link-address', address: 'bob@example.com', principal: 'bob' };
    const outcomes: string[] = [];
    for (let at = 0; at < 205; at += 1) outcomes.push(await outcomeOf('bob', request(again)));
    expect(outcomes.filter((one) => one === 'APPLIED').length).toBeLessThanOrEqual(200);
    expect(outcomes.at(-1)).toBe('LIMIT_EXCEEDED');
  });

  test('is kept from asking for more, and never from giving up what they have', async () => {
    const unneeded = generateKeyPair();
    const own = {
      type: 'enrol-key',
      principal: 'bob',
      purpose: 'person',
      publicKeyPem: unneeded.publicKeyPem,
    } as const;
    expect(await outcomeOf('bob', request(own))).toBe('LIMIT_EXCEEDED');
    const roles = (await rolesOf('bob')).slice(0, 1);
    const less: EnrolmentChange = { type: 'withdraw-roles', principal: 'bob', roles, reason: 'less to do' };
    expect(await outcomeOf('bob', request(less))).toBe('APPLIED');
    const { keyId } = await signerOf(cluster.dataDir, 'identities', 'bob');
    expect(await outcomeOf('bob', request({ type: 'revoke-key', keyId, reason: 'stolen' }))).toBe('APPLIED');
  });
});

describe('with the rights of any process but the enrolment process', () => {
  const attempts: readonly (readonly [string, string])[] = [
    [
      'enrol a key',
      "insert into principal_keys (tenant_id, key_id, principal, purpose, public_key_pem, enrolled_by) select tenant_id, 'sha256:' || repeat('b', 64), 'carol', purpose, 'PEM', 'me' from principal_keys limit 1",
    ],
    ['give a role', "update principals set roles = roles || '{operator}'"],
    [
      'create a token',
      "insert into principal_tokens (tenant_id, token_hash, principal) values ('default', 'sha256:' || repeat('b', 64), 'carol')",
    ],
    ['make a token last', 'update principal_tokens set expires_at = null'],
    ['make a key count again', 'update principal_keys set valid_until = null'],
    ['take an address away', 'delete from principal_addresses'],
    [
      'invent an enrolment',
      "insert into enrolments (tenant_id, id, change, needs_second, requested_by, expires_at) values ('default', 'sha256:' || repeat('b', 64), '{}', false, 'carol', now())",
    ],
  ];
  test.each(attempts)('the database lets no other process %s', async (_what, sql) => {
    for (const process of ['api', 'control', 'build', 'sign', 'deploy', 'router'] as const) {
      const own = openDatabase({ url: cluster.urls[process], maxConnections: 1 });
      await expect(own.transaction('default', (tx) => tx.query(sql))).rejects.toThrow('permission denied');
      await own.close();
    }
  });
});

describe('even with the rights of the enrolment process', () => {
  const attempts: readonly (readonly [string, string])[] = [
    [
      'make a key valid for longer',
      "update principal_keys set valid_until = now() + interval '1 day' where valid_until < now()",
    ],
    ['make a token valid for longer', 'update principal_tokens set expires_at = null where expires_at is not null'],
    ['move a key to somebody else', "update principal_keys set principal = 'bob'"],
    ['forget a key', 'delete from principal_keys'],
    [
      'have a decision key for a service',
      "insert into principal_keys (tenant_id, key_id, principal, purpose, public_key_pem, enrolled_by) values ('default', 'sha256:' || repeat('c', 64), 'builder', 'person', 'PEM', 'me')",
    ],
    [
      'say that an enrolment was approved that nobody approved',
      "update enrolments set state = 'APPLIED', decided_by = 'dev', decided_at = now() where state = 'PENDING'",
    ],
    ['change what a person has signed', "update enrolment_statements set signed = '{}'"],
    ['forget a statement', 'delete from enrolment_statements'],
  ];
  beforeAll(async () => {
    const token = formatToken('default', 'x'.repeat(43));
    const change: EnrolmentChange = {
      ...({ type: 'create-token', principal: 'carol', tokenHash: digestOf(token), label: '' } as const),
      expiresAt: new Date(Date.now() + 1_000_000).toISOString(),
    };
    expect(await outcomeOf('carol', request(change))).toBe('APPLIED');
  });
  test.each(attempts)('the database does not let it %s', async (_what, sql) => {
    await expect(scene.database.transaction('default', (tx) => tx.query(sql))).rejects.toMatchObject({
      code: expect.stringMatching(/^(23001|42501)$/),
    });
  });
});
