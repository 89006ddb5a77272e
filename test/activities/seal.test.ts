import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { commitsStatement } from '../../core/evidence/commits.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type Statement, statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import type { ManifestAttestation, ManifestImage } from '../../core/release/manifest.js';
import { openDatabase } from '../../store/database.js';
import { registerAttestation } from '../../store/evidence/write.js';
import { endRelease } from '../../store/release/write.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { openStores } from '../support/blobs.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { imageOf, textService } from '../support/lane-fixture.js';
import { openRunningRelease, type RunningRelease, type UnsealedManifest } from '../support/running-release.js';
import { attach, type EvidenceTools, signerOf, testResult } from '../support/sealed-bundle.js';

let cluster: EmbeddedCluster;
let tools: EvidenceTools;
let release: RunningRelease;
let manifest: UnsealedManifest;
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
  ({ manifest } = release);
});

async function bundles(): Promise<readonly object[]> {
  return tools.database.transaction('default', (tx) =>
    tx.query('select digest from bundles where release_id = $1', [release.releaseId]),
  );
}

/** The manifest with its image changed. */
function withImage(change: Partial<ManifestImage>): UnsealedManifest {
  return { ...manifest, images: manifest.images.map((image) => ({ ...image, ...change })) };
}

/** A statement that was signed, and unless it is only `signed`, registered: by a key of the data folder. */
async function attestation(
  statement: Statement,
  key: readonly string[] = ['keys', 'build'],
  only?: 'signed',
): Promise<ManifestAttestation> {
  const signer = await signerOf(tools.dataDir, ...key);
  const checksum =
    only === 'signed'
      ? await tools.blobs.put(await signStatement(statement, signer))
      : (await attach(tools, statement, signer, 'artifact')).checksum;
  const { kind } = manifest.images[0]!.signature;
  const { predicateType } = statement;
  const named = { kind, predicateType, statement: digestOf(statementBytes(statement)), keyId: signer.keyId };
  return { ...named, checksum, uri: `cas:${checksum}` };
}

const signature = (name = 'web') => statementOf(predicateTypes.signature, [subjectOf(name, release.image)], {});
const anotherImage = async () => (await imageOf(tools.blobs, 'web', textService('another'))).imageDigest;

function withoutCommit({ source }: UnsealedManifest): UnsealedManifest['source'] {
  const { commit: _left, ...rest } = source;
  return rest;
}

describe('sealing', () => {
  test('seals what was signed for this release, once', async () => {
    const sealed = await release.seal(manifest);
    expect(await release.seal(manifest)).toEqual(sealed);
    expect(await bundles()).toEqual([{ digest: sealed.bundle }]);
  });

  test.each<[string, () => UnsealedManifest]>([
    ['tenant', () => ({ ...manifest, tenant: 'other' })],
    ['product', () => ({ ...manifest, product: 'bank' })],
    ['repository', () => ({ ...manifest, source: { ...manifest.source, repository: '/evil' } })],
    ['revision', () => ({ ...manifest, source: { ...manifest.source, revision: 'b'.repeat(40) } })],
    ['tree', () => ({ ...manifest, source: { ...manifest.source, tree: 'b'.repeat(40) } })],
    ['author', () => ({ ...manifest, source: { ...manifest.source, author: { name: 'Ada', email: 'eve@evil' } } })],
    ['time', () => ({ ...manifest, source: { ...manifest.source, committedAt: '2020-01-01T00:00:00.000Z' } })],
    ['subject', () => ({ ...manifest, source: { ...manifest.source, subject: 'trust me' } })],
    ['presence of a commit', () => ({ ...manifest, source: withoutCommit(manifest) })],
    ['run', () => ({ ...manifest, run: { ...manifest.run, firstRunId: 'another' } })],
    ['workflow', () => ({ ...manifest, run: { ...manifest.run, workflowId: 'release/default/shop/b' } })],
    ['health path', () => withImage({ health: '/always-ok' })],
    ['version of Node', () => withImage({ nodeMajor: 22 })],
    ['form', () => ({ ...manifest, approved: true })],
  ])('refuses a manifest with another %s than is known', async (_what, change) => {
    await expect(release.seal(change())).rejects.toMatchObject({ type: 'BUNDLE_CORRUPT', nonRetryable: true });
    expect(await bundles()).toEqual([]);
  });

  test('refuses the image of one service as that of another, whatever was signed about it', async () => {
    const statement = release.provenance({ service: 'admin', subject: subjectOf('admin', release.image) });
    const swapped = withImage({ service: 'admin', provenance: await release.sign(statement) });
    await expect(release.seal(swapped)).rejects.toMatchObject({ type: 'BUNDLE_CORRUPT', nonRetryable: true });
    expect(await bundles()).toEqual([]);
  });

  const forged: readonly [string, string, () => Promise<Partial<ManifestImage>>][] = [
    [
      'is not registered',
      'it is not registered',
      async () => ({ signature: await attestation(signature('x'), undefined, 'signed') }),
    ],
    [
      'was signed by a person',
      'no key of the build signed it',
      async () => ({ signature: await attestation(signature(), ['identities', 'alice']) }),
    ],
    [
      'was signed by the verification key',
      'no key of the build signed it',
      async () => ({ signature: await attestation(signature(), ['keys', 'verification']) }),
    ],
    [
      'is about another image',
      'it is not about exactly',
      async () => {
        const subject = subjectOf('web', await anotherImage());
        return { signature: await attestation(statementOf(predicateTypes.signature, [subject], {})) };
      },
    ],
    [
      'is about more than the image',
      'it is not about exactly',
      async () => {
        const subjects = [subjectOf('web', release.image), subjectOf('web', await anotherImage())];
        return { signature: await attestation(statementOf(predicateTypes.signature, subjects, {})) };
      },
    ],
    [
      'is of another kind',
      'another one than the manifest names',
      async () => ({ signature: manifest.images[0]!.sboms[0]!.attestation }),
    ],
    [
      'claims to be of another kind',
      'another one than the manifest names',
      async () => ({
        signature: { ...manifest.images[0]!.sboms[0]!.attestation, kind: 'signature' },
      }),
    ],
    ['names another repository', 'it does not name the repository', async () => provenanceOf({ repository: '/evil' })],
    [
      'names another revision',
      'it does not name the repository',
      async () => provenanceOf({ revision: 'b'.repeat(40) }),
    ],
    [
      'names another run',
      'it does not name the repository',
      async () => provenanceOf({ invocationId: 'release/default/shop/x/y' }),
    ],
    [
      'names another service',
      'it is about another service',
      async () => provenanceOf({ service: 'admin', subject: subjectOf('admin', release.image) }),
    ],
    [
      'counts other tests',
      'the signed result is another one',
      async () => ({ tests: { ...manifest.images[0]!.tests, passed: 99 } }),
    ],
    [
      'names another report',
      'the signed result is another one',
      async () => {
        const checksum = await tools.blobs.put('another report');
        return { tests: { ...manifest.images[0]!.tests, report: { checksum, uri: `cas:${checksum}` } } };
      },
    ],
    [
      'says that tests failed',
      'the signed result is another one',
      async () => {
        const statement = await testResult(tools, [subjectOf('web', release.image)], { failed: true });
        const failed = { ...(await attestation(statement)), kind: 'test-result' } as const;
        return { tests: { ...manifest.images[0]!.tests, attestation: failed } };
      },
    ],
    [
      'is for another bill of materials',
      'the signed document is another one',
      async () => {
        const checksum = await tools.blobs.put('{}');
        return { sboms: manifest.images[0]!.sboms.map((sbom) => ({ ...sbom, checksum, uri: `cas:${checksum}` })) };
      },
    ],
  ];

  const provenanceOf = async (change: Parameters<RunningRelease['provenance']>[0]) => ({
    provenance: { ...(await attestation(release.provenance(change))), kind: 'provenance' } as const,
  });

  test.each(forged)('refuses a manifest when an attestation %s', async (_what, reason, change) => {
    await expect(release.seal(withImage(await change()))).rejects.toMatchObject({
      ...{ type: 'EVIDENCE_INVALID', nonRetryable: true },
      message: expect.stringContaining(reason),
    });
    expect(await bundles()).toEqual([]);
  });

  test('refuses a manifest without the commits of its release, or with those of another', async () => {
    const { commits: _left, ...rest } = manifest.source;
    await expect(release.seal({ ...manifest, source: rest })).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
    const { revision, commit } = manifest.source;
    const person = { name: 'Ada', email: 'ada@example.com', at: '2026-03-01T09:00:00.000Z' };
    const own = { hash: revision, tree: revision, parents: [], author: person, committer: person };
    const list = { tenant: 'default', product: 'bank', revision, commits: [own], complete: true };
    const other = { ...(await attestation(commitsStatement(list, commit!))), kind: 'commits' as const };
    await expect(release.seal({ ...manifest, source: { ...manifest.source, commits: other } })).rejects.toMatchObject({
      type: 'EVIDENCE_INVALID',
      message: expect.stringContaining('another release'),
    });
    expect(await bundles()).toEqual([]);
  });

  test('refuses an attestation that is registered as evidence of something else', async () => {
    const signer = await signerOf(tools.dataDir, 'keys', 'build');
    const statement = signature('another name');
    const named = await attestation(statement, undefined, 'signed');
    await tools.database.transaction('default', (tx) =>
      registerAttestation(tx, {
        ...{ kind: 'signature', predicateType: statement.predicateType, checksum: named.checksum },
        ...{ statementDigest: named.statement, keyId: signer.keyId, producedByRun: 'test/run' },
        subjects: [{ digest: digestOf('another image'), type: 'artifact' }],
      }),
    );
    await expect(release.seal(withImage({ signature: named }))).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
  });

  test('refuses once the release has ended', async () => {
    await tools.database.transaction('default', (tx) =>
      endRelease(tx, { id: release.releaseId, product: 'shop' }, { error: { code: 'CANCELLED', message: 'x' } }),
    );
    await expect(release.seal(manifest)).rejects.toMatchObject({ type: 'WRONG_STATE', nonRetryable: true });
    expect(await bundles()).toEqual([]);
  });
});
