import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import type { ProvenanceInput } from '../../core/evidence/provenance.js';
import { type Statement, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { openDatabase } from '../../store/database.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { openStores } from '../support/blobs.js';
import { cosignVerify } from '../support/cosign.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { packageJson, type PackageEntry, packageOf } from '../support/package-file.js';
import { openRunningRelease, type RunningRelease, type UnsealedManifest } from '../support/running-release.js';
import { scratchFolder } from '../support/scratch.js';
import { type EvidenceTools, signerOf, testResult } from '../support/sealed-bundle.js';

let cluster: EmbeddedCluster;
let tools: EvidenceTools;
let release: RunningRelease;
beforeAll(async () => {
  cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  const database = openDatabase({ url: cluster.databaseUrl, maxConnections: 8 });
  tools = { database, blobs: openStores(cluster.dataDir, database).of('default'), dataDir: cluster.dataDir };
}, 300_000);
afterAll(async () => {
  await tools.database.close();
  await cluster.close();
});
beforeEach(async () => {
  release = await openRunningRelease(tools);
});

const signature = (archive: Digest): Statement =>
  statementOf(predicateTypes.signature, [subjectOf('client', archive)], {});
const refused = { type: 'EVIDENCE_INVALID', nonRetryable: true };

describe('signing a statement about an SDK', () => {
  test('gives what stock cosign verifies against the packed file', async () => {
    const signer = await signerOf(tools.dataDir, 'keys', 'build');
    const [sdk] = release.manifest.sdks;
    const signed = [sdk!.provenance!, sdk!.signature!, ...sdk!.sboms!.map((sbom) => sbom.attestation)];
    expect(signed.map(({ kind }) => kind)).toEqual(['provenance', 'signature', 'sbom-spdx', 'sbom-cyclonedx']);
    for (const { checksum, predicateType } of signed) {
      const folder = await scratchFolder();
      const [bundle, subject] = [await tools.blobs.get(checksum), await tools.blobs.get(release.sdk)];
      const request = { folder, bundle, subject, predicateType, publicKeyPem: signer.publicKeyPem };
      expect(await cosignVerify(request)).toContain('Verified OK');
      await expect(cosignVerify({ ...request, subject: Buffer.from('another file') })).rejects.toThrow();
    }
  });

  const file = (name: string, content = ''): PackageEntry => ({ name, content });
  const ours = (change: object = {}) => packageJson(release.revision, change);
  test.each<[string, () => readonly PackageEntry[]]>([
    ['of another revision', () => [packageJson('b'.repeat(40))]],
    ['of no revision', () => [packageJson(undefined)]],
    ['without package.json', () => [file('package/index.js')]],
    ['with two package.json', () => [ours(), ours()]],
    ['with a package.json that is not JSON', () => [file('package/package.json', '{')]],
    ['without a name', () => [ours({ name: undefined })]],
    ['with a path as its name', () => [ours({ name: '../client' })]],
    ['with a word as its version', () => [ours({ version: 'latest' })]],
    ['with a file outside of the package', () => [ours(), file('elsewhere/index.js')]],
    ['with a file that leaves the package', () => [ours(), file('package/../../index.js')]],
    ['with a file under two names', () => [ours(), file('package/./package.json', '{}')]],
    ['with a link', () => [ours(), { name: 'package/l', type: 'symlink', linkname: '/etc/passwd' }]],
  ])('refuses a package %s', async (_what, entries) => {
    await expect(release.sign(signature(await packageOf(tools.blobs, entries())))).rejects.toMatchObject(refused);
  });

  test('refuses a file that only begins like a package', async () => {
    const whole = await tools.blobs.get(release.sdk);
    for (const bytes of [whole.subarray(0, 60), Buffer.from([0x1f, 0x8b, 0, 0])])
      await expect(release.sign(signature(await tools.blobs.put(bytes)))).rejects.toMatchObject(refused);
  });

  test.each<[string, Partial<ProvenanceInput>]>([
    ['another repository', { repository: '/evil' }],
    ['another revision', { revision: 'b'.repeat(40) }],
    ['another run', { invocationId: 'release/default/shop/x/y' }],
    ['another SDK', { sdk: 'other' }],
    ['a service besides', { service: 'client' }],
  ])('refuses provenance that names %s', async (_what, change) => {
    await expect(release.sign(release.sdkProvenance(change))).rejects.toMatchObject(refused);
  });

  test('refuses provenance of an image for it, provenance of it for an image, and tests of it', async () => {
    const { predicate, predicateType } = release.provenance();
    const asImage = statementOf(predicateType, [subjectOf('web', release.sdk)], predicate);
    const asSdk = statementOf(predicateType, [subjectOf('client', release.image)], release.sdkProvenance().predicate);
    const tests = await testResult(tools, [subjectOf('client', release.sdk)]);
    for (const statement of [asImage, asSdk, tests])
      await expect(release.sign(statement)).rejects.toMatchObject(refused);
  });
});

describe('signing a test result', () => {
  const about = () => [subjectOf('web', release.image)];

  test.each<[string, () => Promise<Statement>]>([
    [
      'that its report contradicts',
      async () => {
        const { predicate, ...rest } = await testResult(tools, about(), { failed: true });
        return { ...rest, predicate: { ...(predicate as object), result: 'PASSED' } };
      },
    ],
    ['that names no report', async () => statementOf(predicateTypes.testResult, about(), { result: 'PASSED' })],
  ])('refuses one %s', async (_what, statement) => {
    await expect(release.sign(await statement())).rejects.toMatchObject(refused);
  });
});

describe('sealing a release with an SDK', () => {
  const withSdk = (change: object): UnsealedManifest => ({
    ...release.manifest,
    sdks: release.manifest.sdks.map((sdk) => ({ ...sdk, ...change })),
  });

  test('seals what was signed about it', async () => {
    expect(await release.seal(release.manifest)).toMatchObject({ bundle: expect.stringMatching(/^sha256:/) });
  });

  test.each<[string, object, string]>([
    ['nothing signed about it', { provenance: undefined, signature: undefined, sboms: undefined }, 'EVIDENCE_INVALID'],
    ['no provenance', { provenance: undefined }, 'BUNDLE_CORRUPT'],
    ['another package', { package: '@shop/other' }, 'BUNDLE_CORRUPT'],
    ['another version', { version: '2.0.0' }, 'BUNDLE_CORRUPT'],
    ['another size', { size: 1 }, 'BUNDLE_CORRUPT'],
    ['another name', { name: 'other' }, 'EVIDENCE_INVALID'],
  ])('refuses a manifest that names %s', async (_what, change, type) => {
    await expect(release.seal(withSdk(change))).rejects.toMatchObject({ type, nonRetryable: true });
  });

  test('refuses evidence of another SDK, of an image, and another bill of materials', async () => {
    const other = await packageOf(tools.blobs, [packageJson(release.revision), { name: 'package/other.js' }]);
    const [sdk] = release.manifest.sdks;
    const [image] = release.manifest.images;
    const checksum = await tools.blobs.put('{}');
    for (const change of [
      { signature: await release.sign(signature(other)) },
      { signature: image!.signature },
      { provenance: image!.provenance },
      { checksum: other, uri: `cas:${other}`, size: (await tools.blobs.get(other)).length },
      { sboms: sdk!.sboms!.map((sbom) => ({ ...sbom, checksum, uri: `cas:${checksum}` })) },
    ])
      await expect(release.seal(withSdk(change))).rejects.toMatchObject(refused);
  });
});
