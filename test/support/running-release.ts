import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { createSealActivities } from '../../activities/release/seal-activities.js';
import { createSignActivities } from '../../activities/release/sign-activities.js';
import type { SealActivities, SignedStatement } from '../../activities/release/types.js';
import type { Digest } from '../../core/digest.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type ProvenanceInput, provenanceStatement } from '../../core/evidence/provenance.js';
import { type Statement, statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { canonicalJson } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import type { ManifestAttestation, ManifestEvidence, ManifestImage, ManifestSdk } from '../../core/release/manifest.js';
import { registerProduct } from '../../store/product/write.js';
import { startRelease } from '../../store/release/write.js';
import { openStores } from './blobs.js';
import { commitObject, commitObjectsOf, storedCommit } from './commit-object.js';
import { imageOf, textService } from './lane-fixture.js';
import { clientOf } from './own-run.js';
import { packageJson, packageOf } from './package-file.js';
import { type EvidenceTools, signerOf, testResult } from './sealed-bundle.js';

/** The manifest that a release asks to seal. */
export type UnsealedManifest = Parameters<SealActivities['sealRelease']>[0]['manifest'];

/** A running release of a service and an SDK, on record and with everything signed, one step before it is sealed. */
export interface RunningRelease {
  readonly releaseId: string;
  readonly revision: string;
  readonly image: Digest;
  /** The packed SDK. */
  readonly sdk: Digest;
  readonly manifest: UnsealedManifest;
  /** What the build states about the image. */
  provenance(change?: Partial<ProvenanceInput>): Statement;
  /** What the build states about the SDK. */
  sdkProvenance(change?: Partial<ProvenanceInput>): Statement;
  /** Has a statement signed as the run of the release. */
  sign(statement: Statement): Promise<ManifestAttestation>;
  /** Has what is stored under a digest signed as the run of the release. */
  signStored(statement: Digest): Promise<ManifestAttestation>;
  /** Seals as the run of the release. */
  seal(manifest: unknown): ReturnType<SealActivities['sealRelease']>;
}

const product = 'shop';
const repository = '/shop';
const commit = commitObject('x');
const { revision, tree } = commit;
const at = '2026-03-01T09:00:00.000Z';

/** Opens a release of the tenant whose content store it is given; each has an image of its own. */
export async function openRunningRelease(tools: EvidenceTools): Promise<RunningRelease> {
  const releaseId = crypto.randomUUID();
  const { tenant } = tools.blobs;
  const workflowId = workflowIds.release(tenant, product, revision);
  const deps = {
    ...tools,
    blobs: openStores(tools.dataDir, tools.database),
    client: clientOf({ firstRunId: releaseId }),
  };
  const info = { workflowExecution: { workflowId, runId: 'this-run' }, workflowType: 'release' };
  const environment = () => new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  await tools.database.transaction(tenant, async (tx) => {
    await registerProduct(tx, { name: product, repository });
    await startRelease(tx, { id: releaseId, workflowId, product, revision, repository, tree });
  });
  const image = (await imageOf(tools.blobs, 'web', textService(releaseId), 20, revision)).imageDigest;
  const sdk = await packageOf(tools.blobs, [
    packageJson(revision),
    { name: 'package/index.js', content: `export default '${releaseId}';` },
  ]);
  const built = {
    ...{ repository, revision, tree, commands: [], nodeVersion: 'v20', startedOn: at, finishedOn: at },
    invocationId: `${workflowId}/${releaseId}`,
  };
  const provenance: RunningRelease['provenance'] = (change = {}) =>
    provenanceStatement({ ...built, subject: subjectOf('web', image), service: 'web', ...change });
  const sdkProvenance: RunningRelease['sdkProvenance'] = (change = {}) =>
    provenanceStatement({ ...built, subject: subjectOf('client', sdk), sdk: 'client', ...change });
  const signer = createSignActivities({
    ...deps,
    environment: childEnvironment(process.env),
    signer: await signerOf(tools.dataDir, 'keys', 'build'),
  });
  const signStored = async (statement: Digest): Promise<ManifestAttestation> => {
    const run = (): Promise<SignedStatement> => environment().run(signer.signStatement, { statement });
    return named(await run());
  };
  const sign = async (statement: Statement) => signStored(await tools.blobs.put(statementBytes(statement)));
  const stored = await storedCommit(tools.blobs, commit);
  const history = await tools.blobs.put(commitObjectsOf(commit));
  const signCommits = (): Promise<SignedStatement> =>
    environment().run(signer.signCommits, { history, commit: stored.commit });
  const commits = named(await signCommits());
  const images = [await imageIn(tools, image, provenance(), sign)];
  const sdks = [await sdkIn(tools, sdk, sdkProvenance(), sign)];
  const manifest: UnsealedManifest = {
    ...{ apiVersion: 'lanekeeper.dev/v1', kind: 'ReleaseBundle', tenant, product, images, sdks },
    source: { repository, ...stored, commits },
    run: { workflowId, firstRunId: releaseId },
  };
  return {
    ...{ releaseId, revision, image, sdk, manifest, provenance, sdkProvenance, sign, signStored },
    seal: async (changed) =>
      environment().run(createSealActivities(deps).sealRelease, { manifest: changed as UnsealedManifest }),
  };
}

function named({ attestationId: _id, ...signed }: SignedStatement): ManifestAttestation {
  return signed;
}

async function imageIn(
  { blobs, ...tools }: EvidenceTools,
  digest: Digest,
  provenance: Statement,
  sign: (statement: Statement) => Promise<ManifestAttestation>,
): Promise<ManifestImage> {
  const subject = [subjectOf('web', digest)];
  const tests = await testResult({ blobs, ...tools }, subject);
  const report = (tests.predicate as { configuration: [{ uri: string; digest: { sha256: string } }] }).configuration[0];
  return {
    ...{ service: 'web', digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 1, nodeMajor: 20 },
    ...{ health: '/healthz', route: true },
    ...(await evidenceIn(blobs, provenance, sign)),
    tests: {
      ...{ result: 'PASSED', passed: 1, failed: 0, skipped: 0, attestation: await sign(tests) },
      report: { uri: report.uri, checksum: `sha256:${report.digest.sha256}` },
    },
  };
}

async function sdkIn(
  { blobs }: EvidenceTools,
  checksum: Digest,
  provenance: Statement,
  sign: (statement: Statement) => Promise<ManifestAttestation>,
): Promise<ManifestSdk> {
  return {
    ...{ name: 'client', language: 'typescript', package: '@shop/client', version: '1.0.0', file: 'client.tgz' },
    ...{ size: (await blobs.get(checksum)).length, checksum, uri: `cas:${checksum}` },
    ...(await evidenceIn(blobs, provenance, sign)),
  };
}

/** What is signed about every artifact. */
async function evidenceIn(
  blobs: EvidenceTools['blobs'],
  provenance: Statement,
  sign: (statement: Statement) => Promise<ManifestAttestation>,
): Promise<ManifestEvidence> {
  const { subject } = provenance;
  const sbom = async (format: 'SPDX' | 'CycloneDX', type: string) => {
    const document = { format, digest: subject[0]?.digest.sha256 };
    const checksum = await blobs.put(canonicalJson(document));
    const attestation = await sign(statementOf(type, subject, document));
    return { format, specVersion: '1', uri: `cas:${checksum}`, checksum, attestation };
  };
  return {
    provenance: await sign(provenance),
    signature: await sign(statementOf(predicateTypes.signature, subject, {})),
    sboms: [await sbom('SPDX', predicateTypes.spdx), await sbom('CycloneDX', predicateTypes.cycloneDx)],
  };
}
