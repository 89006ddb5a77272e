import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { Digest } from '../../core/digest.js';
import { decisionStatement } from '../../core/evidence/decision.js';
import { parseJUnit } from '../../core/evidence/junit.js';
import { policyActStatement } from '../../core/evidence/policy-act.js';
import { restrictionStatement } from '../../core/evidence/restriction-act.js';
import { subjectOf } from '../../core/evidence/statement.js';
import { testResultStatement } from '../../core/evidence/test-result.js';
import { digestOf } from '../../core/hash.js';
import type { Stranger } from './second-tenant.js';

/** What the stranger names: things of the other tenant, or ones that do not exist. */
export interface Names extends Readonly<
  Record<
    'product' | 'repository' | 'promotion' | 'release' | 'attestation' | 'run' | 'session' | 'code' | 'feed',
    string
  >
> {
  readonly bundle: Digest;
  readonly blob: Digest;
  readonly report: Digest;
  readonly policy: Digest;
  readonly enrolment: Digest;
  readonly policyVersion: Digest;
}

/** A report of tests. */
export const xml = '<testsuite name="theirs" tests="1"><testcase classname="c" name="works"/></testsuite>';

/** A decision of the stranger about a promotion, as if it were of this tenant. */
export async function decision(
  stranger: Stranger,
  names: Names,
  tenant: string,
  verb: 'approve' | 'request' | 'abort' | 'rollback' | 'hotfix' | 'retry',
) {
  const statement = decisionStatement({
    ...{ verb, principal: stranger.name, tenant, product: names.product, lane: 'gold', bundle: names.bundle },
    promotion: { id: names.promotion, workflowId: `promotion/${tenant}/${names.product}/gold/x` },
    ...{ policySnapshot: names.policy, facts: digestOf('facts'), nonce: crypto.randomUUID() },
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    comment: 'a stranger says so',
  });
  return Buffer.from(await signStatement(statement, stranger.signer));
}

/** A test result of the stranger about the other tenant's bundle, which names the other tenant's report. */
export async function result(stranger: Stranger, { bundle, report, product }: Names) {
  const about = { suite: 'preview' as const, subject: [subjectOf(product, bundle)], url: 'http://127.0.0.1:1/' };
  const statement = testResultStatement({ ...about, report: parseJUnit(xml), reportDigest: report });
  return Buffer.from(await signStatement(statement, stranger.signer));
}

/** The retirement of a version, as the stranger signs it for their own tenant. */
export async function retirement({ name: principal, signer }: Stranger, content: Digest) {
  const statement = policyActStatement({
    ...{ verb: 'retire', principal, tenant: 'other', nonce: crypto.randomUUID() },
    document: { kind: 'policy', name: 'default', version: 1, content },
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  return { signedStatement: Buffer.from(await signStatement(statement, signer)), text: '' };
}

/** A hold on the other tenant's product, as the stranger signs it for their own tenant. */
export async function restriction({ name: by, signer }: Stranger, { product }: Names) {
  const issuedAt = new Date().toISOString();
  const statement = restrictionStatement({
    ...{ verb: 'put', kind: 'hold', name: product, principal: by, tenant: 'other', revision: 0 },
    ...{ nonce: crypto.randomUUID(), issuedAt, expiresAt: new Date(Date.now() + 60_000).toISOString() },
    spec: { product, holds: [{ id: 'aaaaaaaa', by, since: issuedAt, reason: 'mine', stops: ['DEPLOY'] }] },
  });
  return Buffer.from(await signStatement(statement, signer));
}
