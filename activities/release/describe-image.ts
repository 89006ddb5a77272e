import { join } from 'node:path';
import { uriOf } from '../../adapters/content-store/content-store.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { npmSboms, type Sbom } from '../../adapters/sbom/npm-sbom.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type ProvenanceInput, provenanceStatement } from '../../core/evidence/provenance.js';
import { type Statement, statementBytes, statementOf, type Subject, subjectOf } from '../../core/evidence/statement.js';
import { canonicalJson } from '../../core/hash.js';
import type { OwnRun } from '../caller.js';
import { runOf } from './build-evidence.js';
import { openSource, serviceOf } from './open-source.js';
import type { Step } from '../long-step.js';
import type { BuildActivities, DescribedArtifact, UnsignedStatement } from './types.js';
import { type ContainedBuildDeps, inWorkspace } from './workspace.js';

/** Describes an image: what is in it, how it was built, and that it is ours. Nothing is signed here. */
export async function describeImage(
  deps: ContainedBuildDeps,
  step: Step,
  input: Parameters<BuildActivities['describeImage']>[0],
  run: Pick<OwnRun, 'workflowId' | 'firstRunId'>,
): Promise<DescribedArtifact> {
  const { built } = input;
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const service = serviceOf(source, input.service);
    const subject = subjectOf(service.name, built.image);
    const unpacked = await unpackImage(deps.blobs, built.image, join(await workspace.folder('images'), service.name));
    const sboms = await npmSboms(
      { folder: unpacked.workingDir, service: service.name, image: built.image, createdAt: source.commit.committer.at },
      workspace.runNpm,
    );
    return storeDescription(deps, sboms, {
      subject,
      repository: input.repository,
      revision: source.revision,
      tree: source.commit.tree,
      service: service.name,
      commands: service.build,
      nodeVersion: built.nodeVersion,
      invocationId: runOf({ workflowId: run.workflowId, id: run.firstRunId }),
      startedOn: input.startedOn,
      finishedOn: input.finishedOn,
    });
  });
}

/** Stores what is stated about an artifact: its bills of materials, its provenance, and that it is ours. */
export async function storeDescription(
  deps: Pick<ContainedBuildDeps, 'blobs'>,
  sboms: readonly Sbom[],
  provenance: ProvenanceInput,
): Promise<DescribedArtifact> {
  const { subject } = provenance;
  return {
    sboms: await Promise.all(sboms.map((sbom) => storeSbom(deps, subject, sbom))),
    provenance: await storeStatement(deps, provenanceStatement(provenance)),
    signature: await storeStatement(deps, statementOf(predicateTypes.signature, [subject], {})),
  };
}

async function storeSbom(
  deps: Pick<ContainedBuildDeps, 'blobs'>,
  subject: Subject,
  { format, specVersion, document }: Sbom,
): Promise<DescribedArtifact['sboms'][number]> {
  const checksum = await deps.blobs.put(canonicalJson(document));
  const type = format === 'SPDX' ? predicateTypes.spdx : predicateTypes.cycloneDx;
  return {
    format,
    specVersion,
    checksum,
    uri: uriOf(checksum),
    statement: await storeStatement(deps, statementOf(type, [subject], document)),
  };
}

/** Stores a statement for the sign queue, which receives only its digest. */
export async function storeStatement(
  deps: Pick<ContainedBuildDeps, 'blobs'>,
  statement: Statement,
): Promise<UnsignedStatement> {
  return { kind: describeStatement(statement).kind, statement: await deps.blobs.put(statementBytes(statement)) };
}
