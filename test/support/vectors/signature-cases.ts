import { utf8Of } from '../../../core/bytes.js';
import type { Digest } from '../../../core/digest.js';
import { type Decision, decisionStatement } from '../../../core/evidence/decision.js';
import { digestOf } from '../../../core/hash.js';
import { openBundle } from '../../../core/signature/envelope.js';
import { signStatement, verifyStatement, type VerifiedStatement } from '../../../core/signature/statement.js';
import { statementBytes } from '../../../core/evidence/statement.js';
import vectors from '../../vectors/signed-statements.json' with { type: 'json' };
import { refused, same } from './expect.js';
import type { Platform, VectorCase } from './platform.js';

/** A decision to sign. */
export const exampleDecision: Decision = {
  ...{ verb: 'approve', principal: 'alice', tenant: 'default', product: 'shop', lane: 'gold' },
  bundle: `sha256:${'ab'.repeat(32)}`,
  promotion: { id: '0c3f8f46-6c2e-4b7a-9a43-7e7c1f7a0d11', workflowId: 'promotion/default/shop/gold/ab' },
  policySnapshot: `sha256:${'cd'.repeat(32)}`,
  facts: `sha256:${'ef'.repeat(32)}`,
  comment: 'Grüße, "quoted" – and a tab\t',
  nonce: '6e1c7c2e-3f38-4a44-8d5e-2b7d3a4c5e6f',
  issuedAt: '2026-03-01T09:00:00.000Z',
  expiresAt: '2026-03-01T10:00:00.000Z',
};

function verify(
  { verifyStatement: own, verifier, hashing }: Platform,
  bundle: Uint8Array,
  keys: readonly string[],
): VerifiedStatement | Promise<VerifiedStatement> {
  return own === undefined ? verifyStatement(bundle, keys, verifier, hashing) : own(bundle, keys);
}

interface Expected {
  readonly title: string;
  readonly bundle: string;
  readonly trusted: readonly string[];
  readonly verified?: { readonly keyId: string; readonly statementDigest: string; readonly predicateType: string };
  readonly error?: string;
}

const given = (vectors.cases as readonly Expected[]).map(({ title, bundle, trusted, verified, error }): VectorCase => ({
  title: `verifying a bundle with ${title}`,
  async run(platform) {
    const keys = trusted.map((name) => vectors.keys[name as keyof typeof vectors.keys]);
    const work = () => verify(platform, utf8Of(bundle), keys);
    if (error !== undefined) return refused(error, work);
    const { keyId, statementDigest, statement } = await work();
    same({ keyId, statementDigest, predicateType: statement.predicateType }, verified);
  },
}));

/** Verifying what was signed elsewhere, and what the platform signs itself. */
export const signatureCases: readonly VectorCase[] = [
  ...given,
  {
    title: 'verifying bytes that are not UTF-8',
    run: (platform) =>
      refused('EVIDENCE_INVALID', () => verify(platform, Uint8Array.of(0x22, 0xff, 0x22), Object.values(vectors.keys))),
  },
  {
    title: 'signing a decision: the signer verifies, and nobody else',
    async run(platform) {
      const signer = await platform.newSigner();
      const statement = decisionStatement(exampleDecision);
      const bundle = utf8Of(await signStatement(statement, signer));
      const verified = await verify(platform, bundle, [vectors.keys.a, signer.publicKeyPem]);
      const statementDigest: Digest = digestOf(statementBytes(statement));
      same(verified, { statement, statementDigest, keyId: signer.keyId });
      same(await platform.verifier.keyIdOf(signer.publicKeyPem), signer.keyId);
      await refused('SIGNATURE_INVALID', () => verify(platform, bundle, Object.values(vectors.keys)));
    },
  },
  {
    title: 'signing a hundred times: every signature is the one DER form of its numbers, and verifies',
    async run(platform) {
      const signer = await platform.newSigner();
      for (let count = 0; count < 100; count += 1) {
        const bundle = utf8Of(
          await signStatement(decisionStatement({ ...exampleDecision, nonce: String(count) }), signer),
        );
        await verify(platform, bundle, [signer.publicKeyPem]);
        const { signature } = openBundle(bundle);
        same(signature.length >= 8 && signature.length <= 72 && signature[1] === signature.length - 2, true);
      }
    },
  },
];
