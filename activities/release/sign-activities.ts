import { type ContentStore, uriOf } from '../../adapters/content-store/content-store.js';
import { maxBundleBytes } from '../../core/signature/envelope.js';
import { type Digest, parseDigest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { parseStatement, type Statement, statementBytes, subjectDigestsOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { parseReleaseId } from '../../core/ids.js';
import { parseObject } from '../../core/input.js';
import type { Transaction } from '../../store/database.js';
import type { StoredAttestation } from '../../store/evidence/read.js';
import { lockReleaseOf, requireRunning } from '../../store/release/read.js';
import { type CallerDeps, requireOwnRun } from '../caller.js';
import { type SigningDeps, signOnce } from '../evidence/sign-once.js';
import { withTranslatedErrors } from '../failures.js';
import { requireBuildStatement, runOf } from './build-evidence.js';
import { type CommitListDeps, listCommits } from './sign-commits.js';
import { currentStep, withHeartbeats } from '../long-step.js';
import type { SignActivities, SignedStatement } from './types.js';

/** The dependencies of signing releases: the build key is here and nowhere else. */
export type SignDeps = SigningDeps & CallerDeps & CommitListDeps;

/** The activities of the sign queue that releases use. */
export function createSignActivities(deps: SignDeps): SignActivities {
  return withTranslatedErrors<SignActivities>({
    async signStatement(value) {
      const { statement: digest } = parseObject(value, 'input of signStatement', { statement: parseDigest });
      const { tenant, release, running } = await callingRelease(deps);
      const blobs = deps.blobs.of(tenant);
      const { statement, payload } = await readStatement(blobs, digest);
      await requireBuildStatement(blobs, statement, release);
      const subjects = subjectDigestsOf(statement).map((subject) => ({ digest: subject, type: 'artifact' as const }));
      const producedByRun = runOf(release);
      return toSigned(
        await signOnce(deps, { tenant, statement, payload, producedByRun, subjects, precondition: running }),
      );
    },
    signCommits: (value) => signedCommits(deps, value),
  });
}

/** The running release that calls, and how a transaction requires that it still runs. */
async function callingRelease(deps: SignDeps) {
  const { workflowId, firstRunId: releaseId } = await requireOwnRun(deps, 'release');
  const { tenant } = parseReleaseId(workflowId);
  const running = async (tx: Transaction) => requireRunning(await lockReleaseOf(tx, { workflowId, releaseId }));
  return { tenant, release: await deps.database.transaction(tenant, running), running };
}

async function signedCommits(deps: SignDeps, value: unknown): Promise<SignedStatement> {
  const input = parseObject(value, 'input of signCommits', { history: parseDigest, commit: parseDigest });
  const { tenant, release, running } = await callingRelease(deps);
  const step = currentStep();
  return withHeartbeats(step, async () => {
    const statement = await listCommits(deps, tenant, release, input, step.signal);
    const subjects = [{ digest: input.commit, type: 'artifact' as const }];
    const payload = Buffer.from(statementBytes(statement));
    await deps.blobs.of(tenant).put(payload);
    const producedByRun = runOf(release);
    return toSigned(
      await signOnce(deps, { tenant, statement, payload, producedByRun, subjects, precondition: running }),
    );
  });
}

/** A statement in the content store. Its bytes must be those that it is written with, so that it can be read in one way. */
async function readStatement(
  blobs: ContentStore,
  digest: Digest,
): Promise<{ readonly statement: Statement; readonly payload: Buffer }> {
  const payload = await blobs.get(digest, maxBundleBytes);
  const invalid = (cause?: unknown): LanekeeperError =>
    new LanekeeperError(
      'EVIDENCE_INVALID',
      { message: `blob ${digest} is not a valid statement`, object: `blob ${digest}` },
      { cause },
    );
  let statement: Statement;
  try {
    statement = parseStatement(JSON.parse(payload.toString('utf8')));
  } catch (error) {
    throw invalid(error);
  }
  if (digestOf(statementBytes(statement)) !== digest) throw invalid();
  return { statement, payload };
}

function toSigned(attestation: StoredAttestation): SignedStatement {
  return {
    attestationId: attestation.id,
    // The store holds only the kinds that `describeStatement` returns.
    kind: attestation.kind,
    predicateType: attestation.predicateType,
    uri: uriOf(attestation.checksum),
    checksum: attestation.checksum,
    statement: attestation.statementDigest,
    keyId: attestation.keyId,
  };
}
