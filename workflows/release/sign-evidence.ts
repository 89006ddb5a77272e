import type {
  DescribedArtifact,
  FetchedSource,
  SignedStatement,
  UnsignedStatement,
} from '../../activities/release/types.js';
import type { ManifestAttestation, ManifestEvidence } from '../../core/release/manifest.js';
import { signCommitsStep, signStep } from '../activity-options.js';
import { describedActivities } from '../described-activities.js';

const { signStatement } = describedActivities(signStep);
const { signCommits } = describedActivities(signCommitsStep);

/** Has a statement signed. */
export async function sign(unsigned: UnsignedStatement): Promise<ManifestAttestation> {
  return attestationOf(await signStatement({ statement: unsigned.statement }));
}

/** Has the commits of a release listed, and the list signed. */
export async function signCommitList({ history, commit }: FetchedSource): Promise<ManifestAttestation> {
  return attestationOf(await signCommits({ history, commit }));
}

/** Has everything signed that was stated about an artifact. */
export async function signEvidence(described: DescribedArtifact): Promise<ManifestEvidence> {
  return {
    provenance: await sign(described.provenance),
    signature: await sign(described.signature),
    sboms: await Promise.all(
      described.sboms.map(async ({ statement, ...sbom }) => ({ ...sbom, attestation: await sign(statement) })),
    ),
  };
}

function attestationOf({ attestationId: _id, ...signed }: SignedStatement): ManifestAttestation {
  return signed;
}
