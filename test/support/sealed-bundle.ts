import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { loadSigner } from '../../adapters/sigstore/keys.js';
import type { StatementSigner } from '../../core/signature/ports.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { Digest } from '../../core/digest.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { parseJUnit } from '../../core/evidence/junit.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type Statement, statementBytes, statementOf, type Subject, subjectOf } from '../../core/evidence/statement.js';
import { testResultStatement } from '../../core/evidence/test-result.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import { commitMediaType, type ListedCommit } from '../../core/release/history.js';
import type { Methodology } from '../../core/release/product.js';
import {
  canonicalManifest,
  type Manifest,
  type ManifestAttestation,
  type ManifestSdk,
} from '../../core/release/manifest.js';
import type { StoredAttestation } from '../../store/evidence/read.js';
import { registerAttestation } from '../../store/evidence/write.js';
import { requireBundle } from '../../store/bundle/read.js';
import { sealBundle } from '../../store/bundle/write.js';
import type { Database } from '../../store/database.js';
import { appendEvent } from '../../store/event/write.js';
import { registerProduct } from '../../store/product/write.js';
import { startRelease } from '../../store/release/write.js';
import { author, commitListOf, commitOf, enrolAuthor } from './commit-list.js';
import { packageJson, packageOf } from './package-file.js';
import { imageOf, textService } from './lane-fixture.js';

/** What a test needs to attach evidence, in the tenant of its content store. */
export interface EvidenceTools {
  readonly database: Database;
  readonly blobs: ContentStore;
  readonly dataDir: string;
}

/** The signer with a key in the data folder of the stack. */
export async function signerOf(dataDir: string, ...path: string[]): Promise<StatementSigner> {
  return loadSigner(await readFile(join(dataDir, ...path, 'key.pem'), 'utf8'));
}

/** Signs a statement and registers it, as an activity does. */
export async function attach(
  tools: EvidenceTools,
  statement: Statement,
  signer: StatementSigner,
  about: 'artifact' | 'bundle',
): Promise<StoredAttestation> {
  const checksum = await tools.blobs.put(await signStatement(statement, signer));
  return tools.database.transaction(tools.blobs.tenant, async (tx) => {
    const { attestation } = await registerAttestation(tx, {
      kind: describeStatement(statement).kind,
      predicateType: statement.predicateType,
      checksum,
      statementDigest: digestOf(statementBytes(statement)),
      keyId: signer.keyId,
      producedByRun: 'test/run',
      subjects: statement.subject.map((subject) => ({ digest: `sha256:${subject.digest.sha256}`, type: about })),
    });
    const bundleDigest = about === 'bundle' ? attestation.subjects[0] : undefined;
    const { id: attestationId, kind, signer: by } = attestation;
    const data = { attestationId, kind, signer: by };
    if (bundleDigest !== undefined) {
      const { product } = await requireBundle(tx, bundleDigest);
      await appendEvent(tx, { type: 'evidence.attached', product, bundleDigest, data });
    }
    return attestation;
  });
}

const report = (failed: boolean) =>
  `<testsuite name="t" tests="1"><testcase classname="c" name="works">${failed ? '<failure message="no"/>' : ''}</testcase></testsuite>`;

/** A test result about the given subjects; with a `url` it is a preview check. */
export async function testResult(
  tools: EvidenceTools,
  subject: readonly Subject[],
  options: { readonly failed?: boolean; readonly url?: string } = {},
): Promise<Statement> {
  const text = report(options.failed ?? false);
  return testResultStatement({
    suite: options.url === undefined ? 'image' : 'preview',
    subject,
    report: parseJUnit(text),
    reportDigest: await tools.blobs.put(text),
    ...(options.url !== undefined && { url: options.url }),
  });
}

/** Attaches a preview check to a bundle, signed by a person. */
export async function attachPreviewCheck(
  tools: EvidenceTools,
  bundle: Digest,
  options: { readonly person?: string; readonly failed?: boolean; readonly product?: string } = {},
): Promise<StoredAttestation> {
  const statement = await testResult(tools, [subjectOf(options.product ?? 'shop', bundle)], {
    url: `http://127.0.0.1:1/${Math.random()}`,
    failed: options.failed ?? false,
  });
  return attach(tools, statement, await signerOf(tools.dataDir, 'identities', options.person ?? 'dev'), 'bundle');
}

/** What to leave out of a sealed bundle, or what to break in it. */
export interface SealOptions {
  /** By default `shop`. */
  readonly product?: string;
  readonly without?: readonly string[];
  /** Whether it has an SDK, too; what to leave out of that, or `all`: it is as SDKs were before they were signed. */
  readonly sdk?: readonly string[] | 'all';
  readonly failingTests?: boolean;
  /** Of the released commit; by default that of somebody who is enrolled and signs nothing. */
  readonly authorEmail?: string;
  /** What the release lists; by default its own commit and one that all bundles have as their parent. */
  readonly commits?: readonly ListedCommit[];
  readonly source?: string;
  readonly methodology?: Methodology;
  readonly timebox?: string;
}

/**
 * Seals a bundle with one service that answers with `text`, and with all evidence that a release signs. The image is
 * real; only the build from a commit is skipped.
 */
export async function sealText(tools: EvidenceTools, text: string, options: SealOptions = {}): Promise<Digest> {
  const signer = await signerOf(tools.dataDir, 'keys', 'build');
  const { tenant } = tools.blobs;
  const product = options.product ?? 'shop';
  const { imageDigest } = await imageOf(tools.blobs, 'web', options.source ?? textService(text));
  const subject = [subjectOf('web', imageDigest)];
  const attestations = new Map<string, ManifestAttestation>();
  const statements: Statement[] = [
    statementOf(predicateTypes.provenance, subject, { buildDefinition: {}, runDetails: {}, text }),
    statementOf(predicateTypes.signature, subject, { text }),
    statementOf(predicateTypes.spdx, subject, { text }),
    statementOf(predicateTypes.cycloneDx, subject, { text }),
    await testResult(tools, subject, { failed: options.failingTests ?? false }),
    commitListOf({ tenant, product }, text, options.authorEmail ?? author.email, options.commits),
  ];
  await enrolAuthor(tools.database, tenant);
  await tools.blobs.put(commitOf(text, options.authorEmail).object);
  for (const statement of statements) {
    const { kind } = describeStatement(statement);
    const bytes = await signStatement(statement, signer);
    const checksum = await tools.blobs.put(bytes);
    if (options.without?.includes(kind) !== true) await attach(tools, statement, signer, 'artifact');
    attestations.set(kind, {
      kind,
      uri: `cas:${checksum}`,
      checksum,
      predicateType: statement.predicateType,
      statement: digestOf(statementBytes(statement)),
      keyId: signer.keyId,
    });
  }
  const manifest = await manifestOf(tools, text, imageDigest, attestations, options);
  return seal(
    tools,
    options.sdk === undefined ? manifest : { ...manifest, sdks: [await sdkOf(tools, text, options.sdk)] },
  );
}

/** An SDK with the evidence that a release signs. */
async function sdkOf(tools: EvidenceTools, text: string, without: readonly string[] | 'all'): Promise<ManifestSdk> {
  const signer = await signerOf(tools.dataDir, 'keys', 'build');
  const index = { name: 'package/index.js', content: `export default ${JSON.stringify(text)};` };
  const checksum = await packageOf(tools.blobs, [packageJson(commitOf(text).revision), index]);
  const file = {
    language: 'typescript',
    ...{ name: 'client', package: '@shop/client', version: '1.0.0', file: 'client.tgz' },
    ...{ size: (await tools.blobs.get(checksum)).length, checksum, uri: `cas:${checksum}` },
  } as const;
  if (without === 'all') return file;
  const signed = async (predicateType: string, predicate: object): Promise<ManifestAttestation> => {
    const statement = statementOf(predicateType, [subjectOf('client', checksum)], predicate);
    const { kind } = describeStatement(statement);
    const blob = without.includes(kind)
      ? await tools.blobs.put(await signStatement(statement, signer))
      : (await attach(tools, statement, signer, 'artifact')).checksum;
    const statementDigest = digestOf(statementBytes(statement));
    return { kind, uri: `cas:${blob}`, checksum: blob, predicateType, statement: statementDigest, keyId: signer.keyId };
  };
  const sbom = async (format: 'SPDX' | 'CycloneDX', type: string) => {
    const document = await tools.blobs.put(canonicalJson({ text, format }));
    const attestation = await signed(type, { text, format });
    return { format, specVersion: '1', checksum: document, uri: `cas:${document}`, attestation };
  };
  return {
    ...file,
    provenance: await signed(predicateTypes.provenance, { text }),
    signature: await signed(predicateTypes.signature, { text }),
    sboms: [await sbom('SPDX', predicateTypes.spdx), await sbom('CycloneDX', predicateTypes.cycloneDx)],
  };
}

function sourceOf(text: string, { authorEmail }: SealOptions) {
  const { object: _bytes, ...source } = commitOf(text, authorEmail);
  return source;
}

async function manifestOf(
  tools: EvidenceTools,
  text: string,
  image: Digest,
  attestations: ReadonlyMap<string, ManifestAttestation>,
  options: SealOptions,
): Promise<Manifest> {
  const file = async (content: string) => {
    const checksum = await tools.blobs.put(content);
    return { uri: `cas:${checksum}`, checksum };
  };
  const attestation = (kind: string) => attestations.get(kind) as ManifestAttestation;
  const sbom = async (format: 'SPDX' | 'CycloneDX', specVersion: string, kind: string) => ({
    ...(await file(canonicalJson({ text }))),
    format,
    specVersion,
    attestation: attestation(kind),
  });
  return {
    apiVersion: 'lanekeeper.dev/v1',
    kind: 'ReleaseBundle',
    tenant: tools.blobs.tenant,
    product: options.product ?? 'shop',
    source: {
      repository: '/shop',
      ...sourceOf(text, options),
      author: { ...author, email: options.authorEmail ?? author.email },
      commits: attestation('commits'),
      committedAt: '2026-01-01T00:00:00Z',
      subject: text,
    },
    run: {
      ...{ workflowId: 'release/default/shop/x', firstRunId: 'r' },
      ...(options.timebox !== undefined && { timebox: options.timebox }),
    },
    ...(options.methodology !== undefined && { methodology: options.methodology }),
    images: [
      {
        service: 'web',
        digest: image,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        size: 1,
        nodeMajor: 20,
        health: '/healthz',
        route: true,
        sboms: [await sbom('SPDX', '2.3', 'sbom-spdx'), await sbom('CycloneDX', '1.5', 'sbom-cyclonedx')],
        provenance: attestation('provenance'),
        signature: attestation('signature'),
        tests: {
          result: 'PASSED',
          passed: 1,
          failed: 0,
          skipped: 0,
          report: await file(report(false)),
          attestation: attestation('test-result'),
        },
      },
    ],
    sdks: [],
    sdkManifests: [],
  };
}

async function seal(tools: EvidenceTools, manifest: Manifest): Promise<Digest> {
  const text = canonicalManifest(manifest);
  const digest = digestOf(text);
  const image = manifest.images[0];
  if (image === undefined) throw new Error('the manifest has no image');
  const { tenant, product, source } = manifest;
  await tools.database.transaction(tenant, async (tx) => {
    await registerProduct(tx, { name: product, repository: source.repository });
    await startRelease(tx, {
      id: `run-${digest}`,
      workflowId: 'release/x',
      product,
      revision: source.revision,
      repository: source.repository,
      tree: source.tree ?? 'e'.repeat(40),
    });
    await sealBundle(tx, {
      ...source,
      digest,
      manifest: text,
      product,
      releaseId: `run-${digest}`,
      artifacts: [
        { kind: 'image', name: image.service, digest: image.digest, mediaType: image.mediaType },
        { kind: 'source', name: 'commit', digest: source.commit as Digest, mediaType: commitMediaType },
        ...manifest.sdks.map(({ name, checksum }) => ({
          ...{ kind: 'sdk' as const, name, digest: checksum, mediaType: 'application/gzip' },
        })),
      ],
    });
  });
  return digest;
}
