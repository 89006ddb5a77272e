import type { Digest } from '../core/digest.js';
import { digestOf } from '../core/hash.js';
import { canonicalManifest, type Manifest, type ManifestAttestation } from '../core/release/manifest.js';
import { sealBundle } from '../store/bundle/write.js';
import type { Database } from '../store/database.js';
import { registerProduct } from '../store/product/write.js';
import { startRelease } from '../store/release/write.js';

/** Seals a number of bundles of a product. They have a manifest but no evidence, because no gate asks for any. */
export async function sealBundles(database: Database, product: string, count: number): Promise<readonly Digest[]> {
  const digests: Digest[] = [];
  await database.transaction('default', (tx) => registerProduct(tx, { name: product, repository: `/${product}` }));
  for (let number = 1; number <= count; number += 1) {
    const manifest = manifestOf(product, number);
    const text = canonicalManifest(manifest);
    const digest = digestOf(text);
    const { source, run } = manifest;
    await database.transaction('default', async (tx) => {
      await startRelease(tx, {
        id: run.firstRunId,
        workflowId: run.workflowId,
        product,
        revision: source.revision,
        repository: source.repository,
        tree: 'e'.repeat(40),
      });
      await sealBundle(tx, {
        ...source,
        digest,
        manifest: text,
        product,
        releaseId: run.firstRunId,
        artifacts: manifest.images.map((image) => ({
          kind: 'image',
          name: image.service,
          digest: image.digest,
          mediaType: image.mediaType,
        })),
      });
    });
    digests.push(digest);
  }
  return digests;
}

function manifestOf(product: string, number: number): Manifest {
  const name = `${product} ${number}`;
  const file = (what: string) => {
    const checksum = digestOf(`${name} ${what}`);
    return { uri: `cas:${checksum}`, checksum };
  };
  const attestation = (kind: ManifestAttestation['kind']): ManifestAttestation => ({
    ...file(kind),
    kind,
    predicateType: 'https://example.com/benchmark',
    statement: digestOf(`${name} ${kind} statement`),
    keyId: digestOf('key'),
  });
  const revision = digestOf(name).slice(7, 47);
  return {
    apiVersion: 'lanekeeper.dev/v1',
    kind: 'ReleaseBundle',
    tenant: 'default',
    product,
    source: {
      repository: `/${product}`,
      revision,
      author: { name: 'Author', email: 'author@example.com' },
      committedAt: '2026-01-01T00:00:00Z',
      subject: name,
    },
    run: { workflowId: `release/default/${product}/${revision}`, firstRunId: digestOf(`run ${name}`).slice(7, 43) },
    images: [
      {
        service: 'web',
        digest: digestOf(`image ${name}`),
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        size: 1,
        nodeMajor: 20,
        health: '/healthz',
        route: true,
        sboms: [
          { ...file('spdx'), format: 'SPDX', specVersion: '2.3', attestation: attestation('sbom-spdx') },
          { ...file('cyclonedx'), format: 'CycloneDX', specVersion: '1.5', attestation: attestation('sbom-cyclonedx') },
        ],
        provenance: attestation('provenance'),
        signature: attestation('signature'),
        tests: {
          result: 'PASSED',
          passed: 1,
          failed: 0,
          skipped: 0,
          report: file('report'),
          attestation: attestation('test-result'),
        },
      },
    ],
    sdks: [],
    sdkManifests: [],
  };
}
