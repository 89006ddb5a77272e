import type { ContentStore } from '../../../adapters/content-store/content-store.js';
import { verifyStatement } from '../../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../../core/digest.js';
import { asLanekeeperError, LanekeeperError } from '../../../core/errors.js';
import { type AttestationKind, describeStatement } from '../../../core/evidence/describe.js';
import { maxReportLength } from '../../../core/evidence/junit.js';
import { predicateTypes } from '../../../core/evidence/predicate-types.js';
import { parseRecord, reservedKinds } from '../../../core/evidence/record.js';
import { type Statement, subjectDigestsOf } from '../../../core/evidence/statement.js';
import { isTestResult, reportDigestOf, requireReported } from '../../../core/evidence/test-result.js';
import { shortId } from '../../../core/ids.js';
import { checklistKind, maxSkewMs } from '../../../core/policy/evidence.js';
import type { Transaction } from '../../../store/database.js';
import { requireRoomToAttach } from '../../../store/evidence/limit.js';
import { findAttestation, type StoredAttestation } from '../../../store/evidence/read.js';
import { registerAttestation } from '../../../store/evidence/write.js';
import { requireBundle, type StoredBundle } from '../../../store/bundle/read.js';
import { appendEvent } from '../../../store/event/write.js';
import { enrolledKeys, wasValid } from '../../../store/identity/read.js';
import type { Caller } from '../identity/caller.js';
import type { ApiDeps } from '../deps.js';
import { requireAnswers } from './require-answers.js';

/** Evidence that a caller submits. */
export interface SubmittedEvidence {
  readonly bundle: Digest;
  readonly kind: string;
  /** The report that the statement names; empty where it was uploaded before, or is not needed. */
  readonly report: Uint8Array;
  readonly signed: Uint8Array;
}

/**
 * The kinds that may come from outside, besides records of any kind. Decisions go to their promotion; promotions, lane decisions and acts of the
 * service are attested by the system itself.
 */
const attachable: readonly AttestationKind[] = [
  'test-result',
  'preview-check',
  'provenance',
  'sbom-spdx',
  'sbom-cyclonedx',
  'signature',
];

/**
 * Verifies evidence and attaches it: signature and signer, subjects and kind. A test result must say what its report
 * says, which is read here: the signature proves who claims it, the report what is claimed.
 *
 * @throws SIGNATURE_INVALID, EVIDENCE_INVALID, UNKNOWN_BUNDLE, LIMIT_EXCEEDED; of answers also POLICY_UNTRUSTED, INVALID_POLICY
 */
export async function attachEvidence(
  deps: ApiDeps,
  caller: Caller,
  submitted: SubmittedEvidence,
): Promise<StoredAttestation> {
  const { bundle, keys } = await deps.database.transaction(caller.tenant, async (tx) => ({
    bundle: await requireBundle(tx, submitted.bundle),
    // Those of the caller and of services: a signature that names no key would else be tried with everybody's.
    keys: (await enrolledKeys(tx)).filter(
      ({ principal, principalKind, ...key }) =>
        (principalKind === 'service' || principal === caller.principal.name) && wasValid(key, deps.now()),
    ),
  }));
  const { statement, statementDigest, keyId } = verifyStatement(
    submitted.signed,
    keys.map((key) => key.publicKeyPem),
  );
  requireKind(statement, submitted.kind);
  const blobs = deps.blobs.of(caller.tenant);
  await requireReport({ blobs, now: deps.now }, statement, submitted);
  const subjects = subjectsIn(statement, bundle);
  const producedByRun = `attached-by/${caller.principal.name}`;
  const attachedOrRoom = async (tx: Transaction): Promise<StoredAttestation | undefined> => {
    const attached = await findAttestation(tx, statementDigest, keyId);
    if (attached === undefined) await requireRoomToAttach(tx, { bundle: bundle.digest, run: producedByRun });
    return attached;
  };
  // Asked before anything is stored, so that nobody fills the disk with what is refused; others may attach in between.
  const attached = await deps.database.transaction(caller.tenant, attachedOrRoom);
  if (attached === undefined && submitted.kind === checklistKind)
    await requireAnswers(deps, caller.tenant, bundle.product, statement);
  if (submitted.report.length > 0) await blobs.put(submitted.report);
  // The same statement can be signed, and its file laid out, in any number of ways: the first one is kept.
  const checksum = attached?.checksum ?? (await blobs.put(submitted.signed));
  return deps.database.transaction(caller.tenant, async (tx) => {
    await attachedOrRoom(tx);
    const { attestation, fresh } = await registerAttestation(tx, {
      kind: submitted.kind,
      predicateType: statement.predicateType,
      checksum,
      statementDigest,
      keyId,
      producedByRun,
      subjects,
      attributes: describeStatement(statement).attributes,
    });
    if (fresh) {
      await appendEvent(tx, {
        type: 'evidence.attached',
        product: bundle.product,
        bundleDigest: bundle.digest,
        actor: caller.principal.name,
        data: { kind: submitted.kind, attestationId: attestation.id, signer: attestation.signer },
      });
    }
    return attestation;
  });
}

function requireKind(statement: Statement, kind: string): void {
  // It says what is wrong with a record that is none.
  if (statement.predicateType === predicateTypes.record) parseRecord(statement);
  const actual = describeStatement(statement).kind;
  if (actual !== kind) throw invalid(`the signed statement is of kind ${actual}, not ${kind}`);
  const isRecord = statement.predicateType === predicateTypes.record && !reservedKinds.includes(actual);
  if (!isRecord && !attachable.includes(actual))
    throw invalid(`evidence of kind ${kind} cannot be attached from outside`);
}

/**
 * The report of a test result must be there and agree with it. Other kinds of evidence have none: what is sent along with
 * them would get into the content store under a name that nobody has looked at.
 */
async function requireReport(
  { blobs, now }: Pick<ApiDeps, 'now'> & { readonly blobs: ContentStore },
  statement: Statement,
  { kind, report }: SubmittedEvidence,
): Promise<void> {
  if (isTestResult(kind)) {
    const { testedAt } = requireReported(
      statement,
      report.length > 0 ? report : await uploadedReport(blobs, statement),
    );
    if (testedAt !== undefined && !(Date.parse(testedAt) <= now().getTime() + maxSkewMs))
      throw invalid(`it claims that its tests ran at ${testedAt}, which is not a time in the past`);
    return;
  }
  if (report.length > 0) throw invalid(`evidence of kind ${kind} has no report`);
}

async function uploadedReport(blobs: ContentStore, statement: Statement): Promise<Uint8Array> {
  const digest = reportDigestOf(statement);
  if (digest === undefined) throw invalid('it names no report');
  try {
    return await blobs.get(digest, maxReportLength);
  } catch (error) {
    const code = asLanekeeperError(error)?.code;
    if (code === 'NOT_FOUND' || code === 'INVALID_INPUT')
      throw invalid(`the report that it names, ${shortId(digest)}, is not here or too large`);
    throw error;
  }
}

function subjectsIn(
  statement: Statement,
  bundle: StoredBundle,
): readonly { readonly digest: Digest; readonly type: 'artifact' | 'bundle' }[] {
  return subjectDigestsOf(statement).map((digest) => {
    if (digest === bundle.digest) return { digest, type: 'bundle' };
    if (bundle.artifacts.some((artifact) => artifact.digest === digest)) return { digest, type: 'artifact' };
    throw invalid(
      `its subject ${shortId(digest)} is neither bundle ${shortId(bundle.digest)} nor one of its artifacts`,
    );
  });
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'the evidence was not attached',
    why,
    next: 'lane evidence attach BUNDLE --kind KIND, with --report FILE, --value NAME=VALUE or --answers FILE',
  });
}
