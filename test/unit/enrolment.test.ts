import { describe, expect, test } from '@jest/globals';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import {
  needsSecondPerson,
  refuseApproval,
  refuseRejection,
  refuseRequest,
  type Signer,
  takesAway,
} from '../../core/enrolment/rules.js';
import { type EnrolmentSaid, enrolmentStatement } from '../../core/evidence/enrolment.js';
import { parseEnrolmentStatement } from '../../core/evidence/read-enrolment.js';
import { formatToken, tenantOfToken } from '../../core/identity/token.js';

const digest = `sha256:${'a'.repeat(64)}` as const;
const reason = 'because';
const carol: Signer = { name: 'carol', kind: 'human', roles: ['operator'], keyHeldIn: 'file' };
const dev: Signer = { name: 'dev', kind: 'human', roles: ['operator', 'developer'], keyHeldIn: 'file' };
const alice: Signer = { name: 'alice', kind: 'human', roles: ['qa'], keyHeldIn: 'file' };

/** Every change, about alice. */
const changes: Readonly<Record<EnrolmentChange['type'], EnrolmentChange>> = {
  'add-principal': { type: 'add-principal', name: 'alice', kind: 'human', displayName: 'Alice', addresses: [] },
  'link-address': { type: 'link-address', address: 'a@example.com', principal: 'alice' },
  'unlink-address': { type: 'unlink-address', address: 'a@example.com', principal: 'alice', reason },
  'grant-roles': { type: 'grant-roles', principal: 'alice', roles: ['operator'], reason },
  'withdraw-roles': { type: 'withdraw-roles', principal: 'alice', roles: ['qa'], reason },
  'enrol-key': { type: 'enrol-key', principal: 'alice', purpose: 'person', publicKeyPem: 'PEM' },
  'revoke-key': { type: 'revoke-key', keyId: digest, reason },
  'enrol-commit-key': { type: 'enrol-commit-key', principal: 'alice', publicKey: 'ssh-ed25519 AAAA' },
  'revoke-commit-key': { type: 'revoke-commit-key', fingerprint: 'SHA256:x', reason },
  'create-token': {
    ...({ type: 'create-token', principal: 'alice', tokenHash: digest, label: 'ci' } as const),
    expiresAt: '2030-01-01T00:00:00.000Z',
  },
  'revoke-token': { type: 'revoke-token', tokenHash: digest, reason },
};
const each = Object.values(changes).map((change) => [change.type, change] as const);

/** What Alice may ask for herself, and what of it counts at once. */
const own = [
  ...['link-address', 'withdraw-roles', 'enrol-key', 'revoke-key', 'revoke-commit-key', 'create-token', 'revoke-token'],
];
/** What two operators have to agree on when it is about somebody else. */
const two = ['unlink-address', 'grant-roles', 'enrol-key', 'enrol-commit-key', 'create-token'];

describe.each(each)('the change %s', (type, change) => {
  test('is asked for by an operator', () => {
    expect(refuseRequest(change, carol, 'alice')).toBeUndefined();
  });

  test(`is ${own.includes(type) ? '' : 'not '}asked for by whom it is about`, () => {
    expect(refuseRequest(change, alice, 'alice')?.code).toBe(own.includes(type) ? undefined : 'PERMISSION_DENIED');
  });

  test('is not asked for by anybody else', () => {
    expect(refuseRequest(change, { ...alice, name: 'bob' }, 'alice')?.code).toBe('PERMISSION_DENIED');
  });

  test('is asked for with a key in a browser only if it takes something away', () => {
    expect(refuseRequest(change, { ...carol, keyHeldIn: 'browser' }, 'alice')?.code).toBe(
      takesAway(change) ? undefined : 'PERMISSION_DENIED',
    );
  });

  test('is not asked for by an agent or a service, even one with the role of an operator', () => {
    for (const kind of ['agent', 'service'] as const)
      expect(refuseRequest(change, { ...carol, kind }, 'alice')?.code).toBe('PERMISSION_DENIED');
  });

  test(`${two.includes(type) ? 'needs a second operator' : 'needs one person'} when it is about somebody else`, () => {
    expect(needsSecondPerson(change, carol, 'alice')).toBe(two.includes(type));
  });

  test('needs a second operator when it gives oneself more than one has', () => {
    const more = ['unlink-address', 'grant-roles', 'enrol-commit-key'].includes(type);
    expect(needsSecondPerson(change, carol, 'carol')).toBe(more);
  });
});

describe('a second person', () => {
  test('is an operator, a human, and not whoever has asked', () => {
    expect(refuseApproval('carol', dev)).toBeUndefined();
    expect(refuseApproval('carol', carol)?.code).toBe('SELF_APPROVAL');
    expect(refuseApproval('carol', alice)?.code).toBe('ROLE_MISSING');
    expect(refuseApproval('carol', { ...dev, kind: 'agent' })?.code).toBe('PERMISSION_DENIED');
    expect(refuseApproval('carol', { ...dev, keyHeldIn: 'browser' })?.code).toBe('PERMISSION_DENIED');
  });

  test('may reject, and so may whoever has asked', () => {
    expect(refuseRejection('alice', alice)).toBeUndefined();
    expect(refuseRejection('alice', dev)).toBeUndefined();
    expect(refuseRejection('carol', alice)?.code).toBe('ROLE_MISSING');
  });
});

describe('a statement about an enrolment', () => {
  const said: EnrolmentSaid = {
    ...({ verb: 'request', change: changes['grant-roles'], principal: 'carol', tenant: 'default' } as const),
    nonce: '0123456789abcdef',
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-02T00:00:00.000Z',
  };
  const answer: EnrolmentSaid = {
    ...({ verb: 'approve', enrolment: digest, principal: 'dev', tenant: 'default', nonce: said.nonce } as const),
    ...{ issuedAt: said.issuedAt, expiresAt: said.expiresAt },
  };

  test.each(each)('is read as it was written, for the change %s', (_type, change) => {
    expect(parseEnrolmentStatement(enrolmentStatement({ ...said, change }))).toEqual({
      ...said,
      change,
    });
  });

  test('names the enrolment that it approves by the digest of its request', () => {
    expect(parseEnrolmentStatement(enrolmentStatement(answer))).toEqual(answer);
  });

  const refused: readonly (readonly [string, object])[] = [
    ['a change that is not known', { change: { type: 'make-operator', principal: 'alice' } }],
    ['a change with one field more', { change: { ...changes['grant-roles'], also: 'this' } }],
    ['a change with one field less', { change: { type: 'grant-roles', principal: 'alice', roles: ['qa'] } }],
    ['no change', { change: undefined }],
    ['a role that is no word', { change: { ...changes['grant-roles'], roles: ['a b'] } }],
    ['a field of its own', { also: 'this' }],
    ['eight days of validity', { expiresAt: '2026-01-09T00:00:01.000Z' }],
    ['an end before its beginning', { expiresAt: '2025-12-31T00:00:00.000Z' }],
  ];
  test.each(refused)('is refused with %s', (_what, change) => {
    const statement = enrolmentStatement(said);
    const predicate = { ...(statement.predicate as object), ...change };
    const changed =
      'change' in change && change.change !== undefined ? enrolmentStatement(predicate as EnrolmentSaid) : statement;
    expect(() => parseEnrolmentStatement({ ...changed, predicate })).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_INVALID' }),
    );
  });

  test('is refused when its subject is another change than the one that it asks for', () => {
    const [other] = enrolmentStatement({ ...said, change: changes['withdraw-roles'] }).subject;
    expect(() => parseEnrolmentStatement({ ...enrolmentStatement(said), subject: [other!] })).toThrow(
      'not a statement',
    );
  });
});

describe('a token', () => {
  test('names its tenant', () => {
    expect(tenantOfToken(formatToken('acme-2', 'x'.repeat(43)))).toBe('acme-2');
  });

  test.each(['', 'lk_', 'lk_acme', 'lk_acme_short', `lk_a'b_${'x'.repeat(43)}`, `xx_acme_${'x'.repeat(43)}`])(
    'without its form is of no tenant: %j',
    (text) => {
      expect(tenantOfToken(text)).toBe('');
    },
  );
});
