import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, type KeyPair, keyIdOf, loadSigner } from '../../adapters/sigstore/keys.js';
import { mostOfPrincipal } from '../../apps/enrolment/limits.js';
import { parseDigest } from '../../core/digest.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { digestOf } from '../../core/hash.js';
import { enrolledKeys, wasValid } from '../../store/identity/read.js';
import { listTokens } from '../../store/identity/tokens.js';
import { signEnrolment } from '../support/enrolment.js';
import { codeOf, type EnrolmentScene, grant, request, startEnrolmentScene } from '../support/enrolment-scene.js';

let scene: EnrolmentScene;
beforeAll(async () => {
  scene = await startEnrolmentScene();
});
afterAll(() => scene.close());

const enrol = (principal: string, publicKeyPem: string): EnrolmentChange => ({
  ...{ type: 'enrol-key', principal, purpose: 'person', publicKeyPem },
});

/** Another key of a person, enrolled by themselves. */
async function ownKey(person: string): Promise<KeyPair> {
  const pair = generateKeyPair();
  expect(await scene.outcomeOf(person, request(enrol(person, pair.publicKeyPem)))).toBe('APPLIED');
  return pair;
}

const revoke = ({ publicKeyPem }: KeyPair, since?: Date): EnrolmentChange => ({
  ...{ type: 'revoke-key', keyId: keyIdOf(publicKeyPem), reason: 'stolen' },
  ...(since !== undefined && { since: since.toISOString() }),
});

/** The keys of a person that count now. */
async function keysOf(person: string): Promise<readonly string[]> {
  const keys = await scene.database.transaction('default', enrolledKeys);
  return keys.filter((key) => key.principal === person && wasValid(key, new Date())).map(({ keyId }) => keyId);
}

/** The time of the database, which says when statements were registered. */
async function databaseTime(): Promise<Date> {
  const [row] = await scene.database.transaction('default', (tx) =>
    tx.query<{ now: Date }>('select clock_timestamp() as now'),
  );
  return new Date(row!.now.getTime() + 1);
}

/** The same key with its point compressed (SEC 1, section 2.3.3), as OpenSSL writes it on request. */
function compressed({ publicKeyPem }: KeyPair): string {
  const { x, y } = createPublicKey(publicKeyPem).export({ format: 'jwk' });
  const sign = Buffer.from(y!, 'base64url').at(-1)! % 2 === 0 ? 2 : 3;
  const prefix = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  const der = Buffer.concat([prefix, Buffer.from([sign]), Buffer.from(x!, 'base64url')]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
}

describe('whoever has stolen a key of an operator', () => {
  test('gets nothing approved that they asked for with it, once it is revoked', async () => {
    const stolen = await ownKey('carol');
    const ask = await signEnrolment(
      scene.cluster,
      'carol',
      request(grant('alice', 'operator')),
      {},
      loadSigner(stolen.privateKeyPem),
    );
    const approve = { verb: 'approve', enrolment: parseDigest((await scene.submit(ask)).id) } as const;
    expect(await scene.outcomeOf('carol', request(revoke(stolen)))).toBe('APPLIED');
    expect(await scene.outcomeOf('dev', approve)).toBe('UNTRUSTED_SIGNER');
    expect(await scene.rolesOf('alice')).not.toContain('operator');
  });

  test('keeps no key, token or role that came from it, nor what came from those', async () => {
    const stolen = await ownKey('carol');
    const thief = { signer: loadSigner(stolen.privateKeyPem), second: generateKeyPair(), third: generateKeyPair() };
    const before = await keysOf('carol');
    const theft = await databaseTime();
    const expiresAt = new Date(Date.now() + 1_000_000).toISOString();
    const does = async (change: EnrolmentChange, signer = thief.signer) =>
      expect(await scene.outcomeOf('carol', request(change), {}, signer)).toBe('APPLIED');
    await does(enrol('carol', thief.second.publicKeyPem));
    const second = loadSigner(thief.second.privateKeyPem);
    await does(enrol('carol', thief.third.publicKeyPem), second);
    const tokenHash = digestOf('of the thief');
    await does({ type: 'create-token', principal: 'carol', tokenHash, label: '', expiresAt }, second);
    const asked = await scene.submit(await signEnrolment(scene.cluster, 'dev', request(grant('bob', 'auditor'))));
    const approve = { verb: 'approve', enrolment: parseDigest(asked.id) } as const;
    expect(await scene.outcomeOf('carol', approve, {}, second)).toBe('APPLIED');

    expect(await scene.outcomeOf('carol', request(revoke(stolen, theft)))).toBe('APPLIED');
    expect(await keysOf('carol')).toEqual(before.filter((key) => key !== keyIdOf(stolen.publicKeyPem)));
    const tokens = await scene.database.transaction('default', (tx) => listTokens(tx, 'carol'));
    expect(tokens.map((token) => token.tokenHash)).not.toContain(tokenHash);
    expect(await scene.rolesOf('bob')).not.toContain('auditor');
  });

  test('takes nothing with them that the key gave away before it was stolen', async () => {
    const old = await ownKey('carol');
    const other = generateKeyPair();
    const signer = loadSigner(old.privateKeyPem);
    expect(await scene.outcomeOf('carol', request(enrol('carol', other.publicKeyPem)), {}, signer)).toBe('APPLIED');
    expect(await scene.outcomeOf('carol', request(revoke(old, await databaseTime())))).toBe('APPLIED');
    expect(await keysOf('carol')).toContain(keyIdOf(other.publicKeyPem));
  });
});

describe('a key in another form', () => {
  test('is the same key: it comes back no more than the first form does', async () => {
    const pair = await ownKey('alice');
    expect(compressed(pair)).not.toBe(pair.publicKeyPem);
    expect(keyIdOf(compressed(pair))).toBe(keyIdOf(pair.publicKeyPem));
    expect(await scene.outcomeOf('bob', request(enrol('bob', compressed(pair))))).toBe('CONFLICT');
    expect(await scene.outcomeOf('alice', request(revoke(pair)))).toBe('APPLIED');
    expect(await scene.outcomeOf('alice', request(enrol('alice', compressed(pair))))).toBe('CONFLICT');
  });
});

test('nobody takes a key that waits to sign for somebody else', async () => {
  const { publicKeyPem } = generateKeyPair();
  expect(await scene.outcomeOf('carol', request(enrol('alice', publicKeyPem)))).toBe('PENDING');
  expect(await scene.outcomeOf('bob', request(enrol('bob', publicKeyPem)))).toBe('CONFLICT');
});

describe('a person alone', () => {
  test('has only so many keys and tokens, so that a signature is not tried with thousands', async () => {
    const outcomes: string[] = [];
    for (let count = 0; count <= mostOfPrincipal.keys; count += 1)
      outcomes.push(await scene.outcomeOf('bob', request(enrol('bob', generateKeyPair().publicKeyPem))));
    expect([outcomes[0], outcomes.at(-1)]).toEqual(['APPLIED', 'LIMIT_EXCEEDED']);
    expect(await keysOf('bob')).toHaveLength(mostOfPrincipal.keys);
    const expiresAt = new Date(Date.now() + 1_000_000).toISOString();
    const tokens: string[] = [];
    for (let count = 0; count <= mostOfPrincipal.tokens; count += 1) {
      const tokenHash = digestOf(`token ${String(count)}`);
      tokens.push(
        await scene.outcomeOf(
          'bob',
          request({ type: 'create-token', principal: 'bob', tokenHash, label: '', expiresAt }),
        ),
      );
    }
    expect([tokens[0], tokens.at(-1)]).toEqual(['APPLIED', 'LIMIT_EXCEEDED']);
  });
});

test('of two changes of the same roles at the same moment, neither undoes the other', async () => {
  for (let round = 0; round < 10; round += 1) {
    const given = await scene.submit(
      await signEnrolment(scene.cluster, 'carol', request(grant('alice', 'one', 'two'))),
    );
    const approve = { verb: 'approve', enrolment: parseDigest(given.id) } as const;
    expect(await scene.outcomeOf('dev', approve)).toBe('APPLIED');
    const withdrawals = await Promise.all(
      ['one', 'two'].map(async (role) =>
        signEnrolment(
          scene.cluster,
          role === 'one' ? 'carol' : 'alice',
          request({ type: 'withdraw-roles', principal: 'alice', roles: [role], reason: 'over' }),
        ),
      ),
    );
    await Promise.all(withdrawals.map((signed) => scene.submit(signed).catch(codeOf)));
    expect(await scene.rolesOf('alice')).not.toEqual(expect.arrayContaining(['one']));
    expect(await scene.rolesOf('alice')).not.toEqual(expect.arrayContaining(['two']));
  }
});
