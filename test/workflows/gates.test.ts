import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, loadSigner } from '../../adapters/sigstore/keys.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { Digest } from '../../core/digest.js';
import { subjectOf } from '../../core/evidence/statement.js';
import { type Engine, startEngine } from '../support/engine.js';
import { attach, attachPreviewCheck, sealText, signerOf, testResult } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** The reason why a bundle waits at the gates of a lane. */
async function waitsBecause(bundle: Digest, lane: 'bronze' | 'silver' = 'bronze'): Promise<string> {
  return engine.reached(await engine.promote({ lane, bundle }), 'GATING');
}

describe('the gates of bronze stay closed', () => {
  test.each(['signature', 'provenance', 'sbom-spdx', 'sbom-cyclonedx', 'test-result'])('without %s', async (kind) => {
    expect(await waitsBecause(await sealText(engine, `without ${kind}`, { without: [kind] }))).toContain(
      `no ${kind} for web`,
    );
  });

  test.each(['signature', 'provenance', 'sbom-spdx', 'sbom-cyclonedx'])('without %s of an SDK', async (kind) => {
    const reason = await waitsBecause(await sealText(engine, `an SDK without ${kind}`, { sdk: [kind] }));
    expect(reason).toContain(`no ${kind} for client`);
    expect(reason).not.toContain('for web');
  });

  test('of a bundle that was sealed before SDKs were signed', async () => {
    expect(await waitsBecause(await sealText(engine, 'unsigned SDK', { sdk: 'all' }))).toContain(
      'no signature for client',
    );
  });

  test('when the tests on the image failed', async () => {
    expect(await waitsBecause(await sealText(engine, 'failing', { failingTests: true }))).toContain(
      'test-result says FAILED',
    );
  });

  test('when a signed statement was changed on disk', async () => {
    const bundle = await sealText(engine, 'damaged');
    const [row] = await engine.database.transaction('default', (tx) =>
      tx.query<{ checksum: string }>(
        `select a.checksum from attestations a join element_relationships r on r.source_element_id = a.element_id and r.type_key = 'EVIDENCE_OF'
           join artifacts x on 'artifact/' || x.digest = r.target_element_id where x.bundle_digest = $1 and a.kind = 'provenance'`,
        [bundle],
      ),
    );
    await writeFile(join(engine.dataDir, 'blobs', 'sha256', (row?.checksum ?? '').slice(7)), 'something else', {
      flag: 'w',
    });
    expect(await waitsBecause(bundle)).toContain('cannot be relied on');
  });
});

describe('the gates of bronze open', () => {
  test('for an image and an SDK about which everything was signed', async () => {
    await engine.bringTo(await sealText(engine, 'with an SDK', { sdk: [] }), 'bronze');
  });
});

describe('the preview check of silver does not count', () => {
  const silverBundle = async (text: string): Promise<Digest> => {
    const bundle = await sealText(engine, text);
    await engine.bringTo(bundle, 'bronze');
    return bundle;
  };

  test('when its signer has none of the trusted roles', async () => {
    const bundle = await silverBundle('untrusted');
    await attachPreviewCheck(engine, bundle, { person: 'alice' });
    expect(await waitsBecause(bundle, 'silver')).toContain('its signer alice is not trusted');
  });

  test('when it is about another bundle', async () => {
    const bundle = await silverBundle('mine');
    await attachPreviewCheck(engine, await sealText(engine, 'theirs'));
    expect(await waitsBecause(bundle, 'silver')).toContain('no preview-check for the bundle');
  });

  test('when it says FAILED, until a later one passes', async () => {
    const bundle = await silverBundle('fails first');
    await attachPreviewCheck(engine, bundle, { failed: true });
    const handle = await engine.promote({ lane: 'silver', bundle });
    expect(await engine.reached(handle, 'GATING')).toContain('preview-check says FAILED');
    await attachPreviewCheck(engine, bundle);
    await engine.reached(handle, 'LIVE');
  });

  test('when its key was never enrolled: it cannot even be registered', async () => {
    const bundle = await silverBundle('unknown key');
    const unknown = loadSigner(generateKeyPair().privateKeyPem);
    const statement = await testResult(engine, [subjectOf('shop', bundle)], { url: 'http://127.0.0.1:1/' });
    await expect(attach(engine, statement, unknown, 'bundle')).rejects.toThrow('is not enrolled');
    expect(await waitsBecause(bundle, 'silver')).toContain('no preview-check');
    expect(
      (await signStatement(statement, await signerOf(engine.dataDir, 'identities', 'dev'))).length,
    ).toBeGreaterThan(100);
  });
});
