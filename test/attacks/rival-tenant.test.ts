import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { type Clients, createClients } from '../../apps/cli/connection/clients.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import type { Digest } from '../../core/digest.js';
import { parseJUnit } from '../../core/evidence/junit.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { testResultStatement } from '../../core/evidence/test-result.js';
import { digestOf } from '../../core/hash.js';
import { type Engine, startEngine } from '../support/engine.js';
import { imageOf, textService } from '../support/lane-fixture.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { openRunningRelease, type RunningRelease } from '../support/running-release.js';
import { sealText } from '../support/sealed-bundle.js';
import { addStranger, rowsOfTenant, type Stranger } from '../support/second-tenant.js';

const xml = '<testsuite name="theirs" tests="1"><testcase classname="c" name="works"/></testsuite>';

let engine: Engine;
let api: ApiOnEngine;
let rival: Stranger;
let clients: Clients;
let own: { readonly bundle: Digest; readonly release: RunningRelease };
let theirs: { readonly bundle: Digest; readonly image: Digest; readonly report: Digest; readonly statement: Digest };

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  const bundle = await sealText(engine, 'theirs');
  await engine.bringTo(bundle, 'bronze');
  const image = (await imageOf(engine.blobs, 'web', textService('their image'), 20, 'c'.repeat(40))).imageDigest;
  const statement = statementOf(predicateTypes.signature, [subjectOf('web', image)], {});
  theirs = {
    ...{ bundle, image, report: await engine.blobs.put(xml) },
    statement: await engine.blobs.put(statementBytes(statement)),
  };
  rival = await addStranger(engine.cluster, 'rival', 'mallory');
  clients = createClients(api.url, rival.token);
  const { database, dataDir } = engine;
  const tools = { database, dataDir, blobs: engine.stores.of('rival') };
  own = { bundle: await sealText(tools, 'of the rival'), release: await openRunningRelease(tools) };
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** How work is refused, with what it named left out. */
async function refusalOf(work: Promise<unknown>, named: Digest): Promise<string> {
  const refusal = await work.then(
    () => 'it was not refused',
    (error: unknown) => {
      const { type, message } = error as { readonly type?: string; readonly message: string };
      return domainErrorOf(error) ?? { type, message };
    },
  );
  return JSON.stringify(refusal).replaceAll(named, 'NAMED').replaceAll(named.slice(7, 19), 'NAMED');
}

/** Requires that something of the other tenant is refused word for word as what does not exist, and changes nothing. */
async function isAsIfAbsent(attempt: (named: Digest) => Promise<unknown>, named: Digest): Promise<string> {
  const before = await rowsOfTenant(engine.cluster.adminUrl, 'default');
  const refusal = await refusalOf(attempt(named), named);
  const absent = digestOf(`nobody has stored ${named}`);
  expect(refusal).toBe(await refusalOf(attempt(absent), absent));
  expect(await rowsOfTenant(engine.cluster.adminUrl, 'default')).toEqual(before);
  return refusal;
}

/** Attaches a test result about the rival's own bundle, of a report that is named and perhaps sent along. */
async function attach(reportDigest: Digest, report = Buffer.of()) {
  const subject = [subjectOf('shop', own.bundle)];
  const about = { suite: 'preview' as const, subject, url: `http://127.0.0.1:1/${crypto.randomUUID()}` };
  const statement = testResultStatement({ ...about, report: parseJUnit(xml), reportDigest });
  const signedStatement = Buffer.from(await signStatement(statement, rival.signer));
  return clients.evidence.attachEvidence({ bundleDigest: own.bundle, kind: 'preview-check', report, signedStatement });
}

describe('a tenant with a product, a bundle and a release of its own', () => {
  test('attaches no evidence with the report of another, until it has the bytes itself', async () => {
    expect(await isAsIfAbsent(attach, theirs.report)).toContain('EVIDENCE_INVALID');
    await attach(theirs.report, Buffer.from(xml));
    expect((await attach(theirs.report)).attestation?.kind).toBe('preview-check');
  });

  test('has no statement of another signed', async () => {
    expect(await isAsIfAbsent((digest) => own.release.signStored(digest), theirs.statement)).toContain('NOT_FOUND');
  });

  test('has nothing signed about an image of another', async () => {
    const about = (image: Digest) =>
      own.release.sign(statementOf(predicateTypes.signature, [subjectOf('web', image)], {}));
    expect(await isAsIfAbsent(about, theirs.image)).toContain('NOT_FOUND');
  });

  test('seals no bundle with a file of another', async () => {
    const { manifest } = own.release;
    const withDocument = (checksum: Digest) => {
      const [image] = manifest.images;
      const [first, ...sboms] = image!.sboms;
      const foreign = { ...first!, checksum, uri: `cas:${checksum}` };
      return own.release.seal({ ...manifest, images: [{ ...image!, sboms: [foreign, ...sboms] }] });
    };
    expect(await isAsIfAbsent(withDocument, theirs.image)).toContain('NOT_FOUND');
    expect(await own.release.seal(manifest)).toMatchObject({ bundle: expect.stringMatching(/^sha256:/) });
  });

  test('shares the name of its product with another, and sees only what is its own under it', async () => {
    const { bundles } = await clients.bundles.listBundles({ product: 'shop' });
    expect(bundles.map(({ digest }) => digest)).toContain(own.bundle);
    expect(bundles.map(({ digest }) => digest)).not.toContain(theirs.bundle);
    const { lanes } = await clients.promotions.listLanes({ product: 'shop' });
    expect(
      JSON.stringify(lanes, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain(theirs.bundle);
    expect((await clients.promotions.listPromotions({ product: 'shop' })).promotions).toEqual([]);
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of clients.bundles.getBlob({ digest: own.release.image })) chunks.push(chunk);
    expect(digestOf(Buffer.concat(chunks))).toBe(own.release.image);
  });
});
