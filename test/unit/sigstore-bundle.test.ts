import { describe, expect, test } from 'vitest';
import { generateKeyPair, keyIdOf, loadSigner } from '../../adapters/sigstore/keys.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { verifyBundle } from '../../adapters/sigstore/verify-bundle.js';
import { requireAbout, type Statement, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { cosignVerify } from '../support/cosign.js';
import { scratchFolder } from '../support/scratch.js';

const type = 'https://in-toto.io/attestation/test-result/v0.1';
const artifact = Buffer.from('the bytes of an image manifest');
const statement = statementOf(type, [subjectOf('web', digestOf(artifact))], { result: 'PASSED', configuration: [] });
const keys = generateKeyPair();
const signer = loadSigner(keys.privateKeyPem);

interface BundleJson {
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] };
}

/** The bundle with one thing changed. */
function changed(bundle: Buffer, change: (json: BundleJson) => void): Buffer {
  const json = JSON.parse(bundle.toString()) as BundleJson;
  change(json);
  return Buffer.from(JSON.stringify(json));
}

/** Rewrites the signed statement without signing it again. */
function withStatement(bundle: Buffer, change: (statement: Statement) => unknown): Buffer {
  return changed(bundle, (json) => {
    const inner = JSON.parse(Buffer.from(json.dsseEnvelope.payload, 'base64').toString()) as Statement;
    json.dsseEnvelope.payload = Buffer.from(JSON.stringify(change(inner))).toString('base64');
  });
}

const mutations: [string, (bundle: Buffer) => Buffer][] = [
  ['predicate', (bundle) => withStatement(bundle, (inner) => ({ ...inner, predicate: { result: 'FAILED', configuration: [] } }))],
  ['subject', (bundle) => withStatement(bundle, (inner) => ({ ...inner, subject: [subjectOf('web', digestOf('other'))] }))],
  ['predicate type', (bundle) => withStatement(bundle, (inner) => ({ ...inner, predicateType: 'https://example.com/other' }))],
  ['payload type', (bundle) => changed(bundle, (json) => void (json.dsseEnvelope.payloadType = 'text/plain'))],
  ['signature', (bundle) => changed(bundle, (json) => void (json.dsseEnvelope.signatures[0]!.sig = signer.sign(Buffer.from('x')).toString('base64')))],
];

describe('a signed statement', () => {
  test('is verified by us and names the key that signed it', async () => {
    const verified = verifyBundle(await signStatement(statement, signer), [generateKeyPair().publicKeyPem, keys.publicKeyPem]);
    expect(verified.statement).toEqual(statement);
    expect(verified.keyId).toBe(keyIdOf(keys.publicKeyPem));
  });

  test('is verified by stock cosign', async () => {
    const bundle = await signStatement(statement, signer);
    const output = await cosignVerify({ folder: await scratchFolder(), bundle, publicKeyPem: keys.publicKeyPem, predicateType: type, subject: artifact });
    expect(output).toContain('Verified OK');
  });

  test.each(mutations)('with a changed %s is refused by us and by cosign', async (_what, mutate) => {
    const bundle = mutate(await signStatement(statement, signer));
    expect(() => verifyBundle(bundle, [keys.publicKeyPem])).toThrow(/signature does not verify|not a Sigstore bundle/);
    await expect(
      cosignVerify({ folder: await scratchFolder(), bundle, publicKeyPem: keys.publicKeyPem, predicateType: type, subject: artifact }),
    ).rejects.toThrow();
  });

  test.each([
    ['another key', { publicKeyPem: generateKeyPair().publicKeyPem }],
    ['another subject', { subject: Buffer.from('another image') }],
  ])('is refused by cosign when it is asked for %s', async (_what, other) => {
    const bundle = await signStatement(statement, signer);
    const request = { folder: await scratchFolder(), bundle, publicKeyPem: keys.publicKeyPem, predicateType: type, subject: artifact, ...other };
    await expect(cosignVerify(request)).rejects.toThrow();
  });

  // cosign 2.5.0 ignores --type for bundles of the new format, so that the type is ours to compare.
  test.each([
    ['type', 'https://slsa.dev/provenance/v1', digestOf(artifact)],
    ['subject', type, digestOf('another image')],
  ])('is refused by us when another %s is demanded', async (_what, predicateType, subject) => {
    const verified = verifyBundle(await signStatement(statement, signer), [keys.publicKeyPem]);
    expect(() => { requireAbout(verified.statement, predicateType, subject); }).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });

  test('is refused by us when another key is trusted', async () => {
    const bundle = await signStatement(statement, signer);
    expect(() => verifyBundle(bundle, [generateKeyPair().publicKeyPem])).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
  });

  test.each(['', '{', '[]', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'])('is not to be found in %j', (text) => {
    expect(() => verifyBundle(Buffer.from(text), [keys.publicKeyPem])).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });
});
