import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bundleFromJSON, bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { generateKeyPair, keyIdOf, loadSigner, loadSignerFile, writeKeyPair } from '../../adapters/sigstore/keys.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { payloadType, requireAbout, statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { cosignVerify } from '../support/cosign.js';
import { mutations } from '../support/mutations.js';
import { scratchFolder } from '../support/scratch.js';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';

const type = 'https://in-toto.io/attestation/test-result/v0.1';
const artifact = Buffer.from('the bytes of an image manifest');
const statement = statementOf(type, [subjectOf('web', digestOf(artifact))], { result: 'PASSED', configuration: [] });
const keys = generateKeyPair();
const signer = loadSigner(keys.privateKeyPem);

interface BundleJson {
  readonly dsseEnvelope: { readonly signatures: readonly object[] };
}

function withAnySignature({ dsseEnvelope, ...rest }: BundleJson): object {
  return { ...rest, dsseEnvelope: { ...dsseEnvelope, signatures: [{ sig: expect.any(String) }] } };
}

describe('a signed statement', () => {
  test('verifies here and names the key that signed it', async () => {
    const verified = verifyStatement(await signStatement(statement, signer), [
      generateKeyPair().publicKeyPem,
      keys.publicKeyPem,
    ]);
    expect(verified.statement).toEqual(statement);
    expect(verified.keyId).toBe(keyIdOf(keys.publicKeyPem));
  });

  test("is the bundle that Sigstore's own library makes, and verifies with it", async () => {
    const bundle = JSON.parse((await signStatement(statement, signer)).toString()) as object;
    const made = await new DSSEBundleBuilder({
      signer: {
        sign: async (data) => ({
          signature: Buffer.from(await signer.sign(data)),
          key: { $case: 'publicKey', publicKey: '' },
        }),
      },
      witnesses: [],
    }).create({ data: Buffer.from(statementBytes(statement)), type: payloadType });
    expect(bundle).toEqual(withAnySignature(bundleToJSON(made) as BundleJson));
    const publicKey = createPublicKey(keys.publicKeyPem);
    const trust = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
    const verifier = new Verifier(
      { ...trust, publicKey: () => ({ publicKey, validFor: () => true }) },
      { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 },
    );
    expect(() => verifier.verify(toSignedEntity(bundleFromJSON(bundle)))).not.toThrow();
  });

  test('verifies with stock cosign', async () => {
    const bundle = await signStatement(statement, signer);
    const output = await cosignVerify({
      folder: await scratchFolder(),
      bundle,
      publicKeyPem: keys.publicKeyPem,
      predicateType: type,
      subject: artifact,
    });
    expect(output).toContain('Verified OK');
  });

  test.each(Object.entries(mutations))('with another %s is refused here and by cosign', async (_what, mutate) => {
    const mutated = mutate({ bundle: await signStatement(statement, signer), publicKeyPem: keys.publicKeyPem });
    expect(() => verifyStatement(mutated.bundle, [mutated.publicKeyPem])).toThrow(
      /signature does not verify|not a Sigstore bundle/,
    );
    await expect(
      cosignVerify({ ...mutated, folder: await scratchFolder(), predicateType: type, subject: artifact }),
    ).rejects.toThrow();
  });

  test('is refused by cosign for another subject', async () => {
    const bundle = await signStatement(statement, signer);
    const request = {
      folder: await scratchFolder(),
      bundle,
      publicKeyPem: keys.publicKeyPem,
      predicateType: type,
      subject: Buffer.from('another image'),
    };
    await expect(cosignVerify(request)).rejects.toThrow();
  });

  test('is refused by cosign when another type is expected', async () => {
    const bundle = await signStatement(statement, signer);
    const request = { folder: await scratchFolder(), bundle, publicKeyPem: keys.publicKeyPem, subject: artifact };
    const refused = cosignVerify({ ...request, predicateType: 'https://slsa.dev/provenance/v1' });
    await expect(refused).rejects.toThrow('invalid predicate type');
  });

  test('is refused by cosign when its envelope has a key id, so ours is empty', async () => {
    const bundle = JSON.parse(Buffer.from(await signStatement(statement, signer)).toString('utf8')) as {
      dsseEnvelope: { signatures: { keyid?: string }[] };
    };
    expect(bundle.dsseEnvelope.signatures[0]!.keyid ?? '').toBe('');
    bundle.dsseEnvelope.signatures[0]!.keyid = keyIdOf(keys.publicKeyPem);
    const request = { folder: await scratchFolder(), bundle: Buffer.from(JSON.stringify(bundle)) };
    const refused = cosignVerify({
      ...request,
      publicKeyPem: keys.publicKeyPem,
      predicateType: type,
      subject: artifact,
    });
    await expect(refused).rejects.toThrow('failed to verify signature');
  });

  test.each([
    ['type', 'https://slsa.dev/provenance/v1', digestOf(artifact)],
    ['subject', type, digestOf('another image')],
  ])('is refused here when another %s is expected', async (_what, predicateType, subject) => {
    const verified = verifyStatement(await signStatement(statement, signer), [keys.publicKeyPem]);
    expect(() => {
      requireAbout(verified.statement, predicateType, subject);
    }).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });

  test.each(['', '{', '[]', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'])(
    'is not found in %j',
    (text) => {
      expect(() => verifyStatement(Buffer.from(text), [keys.publicKeyPem])).toThrow(
        expect.objectContaining({ code: 'EVIDENCE_INVALID' }),
      );
    },
  );
});

describe('a key file', () => {
  test('is readable by its owner alone, and never overwritten', async () => {
    const folder = await scratchFolder();
    const paths = { privateKey: join(folder, 'me', 'key.pem'), publicKey: join(folder, 'me', 'pub.pem') };
    await writeKeyPair(keys, paths);
    expect((await stat(paths.privateKey)).mode & 0o777).toBe(0o600);
    expect((await loadSignerFile(paths.privateKey)).keyId).toBe(keyIdOf(keys.publicKeyPem));
    await expect(writeKeyPair(keys, paths)).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });

  test('that others can read is refused, with the command that fixes it', async () => {
    const folder = await scratchFolder();
    const privateKey = join(folder, 'key.pem');
    await writeKeyPair(keys, { privateKey, publicKey: join(folder, 'pub.pem') });
    await chmod(privateKey, 0o644);
    await expect(loadSignerFile(privateKey)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      next: `chmod 600 ${privateKey}`,
    });
  });

  test.each(['', 'hello', keys.publicKeyPem])('does not accept %j', (pem) => {
    expect(() => loadSigner(pem)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  test('with a private key is not accepted as a public one', () => {
    expect(() => keyIdOf(keys.privateKeyPem)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
