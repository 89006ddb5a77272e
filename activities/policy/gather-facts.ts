import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import type { Digest } from '../../core/digest.js';
import { messageOf } from '../../core/errors.js';
import { parseDecisionStatement } from '../../core/evidence/decision.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import type { Lane } from '../../core/lanes.js';
import type { ApprovalFact, EvidenceFact, PolicyFacts, SignerFact } from '../../core/policy/facts.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import { parseManifest } from '../../core/release/manifest.js';
import { evidenceOfBundle, type StoredAttestation } from '../../store/evidence/read.js';
import { requireBundle } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { decisionsOf } from '../../store/decision/read.js';
import { lanesOfBundle } from '../../store/lane/history.js';
import { enrolledKeys, principalsOfEmail, type StoredKey, wasValid } from '../../store/identity/read.js';

/** What the facts are about. A plan has no promotion yet. */
export interface FactsSubject {
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly bundle: Digest;
  readonly policyDigest: Digest;
  readonly promotionId?: string;
  readonly requester?: string | null;
  /** The kinds of evidence that matter; all if absent. Other evidence is not read. */
  readonly kinds?: ReadonlySet<string>;
}

interface Verified {
  readonly fact: EvidenceFact;
  readonly statement?: Statement;
}

/**
 * Gathers what an evaluation sees. Every attestation is read again from the content store, hashed, and its signature
 * verified with the enrolled key; kind, subjects and result come from the signed statement, not from its row.
 */
export async function gatherFacts(tx: Transaction, blobs: ContentStore, subject: FactsSubject): Promise<PolicyFacts> {
  const bundle = await requireBundle(tx, subject.bundle);
  const keys = new Map((await enrolledKeys(tx)).map((key) => [key.keyId, key]));
  const attestations = (await evidenceOfBundle(tx, subject.bundle)).filter(
    (attestation) => subject.kinds?.has(attestation.kind) ?? true,
  );
  const verified = await Promise.all(
    attestations.map((attestation) => verify(attestation, keys.get(attestation.keyId), blobs)),
  );
  const live = await lanesOfBundle(tx, subject.product, subject.bundle);
  const lane = (name: Lane) => {
    const entry = live.find((candidate) => candidate.lane === name);
    return { live: entry?.live ?? false, wasLive: entry !== undefined };
  };
  const manifest = parseManifest(bundle.manifest);
  const requester =
    subject.requester === null || subject.requester === undefined ? undefined : rolesOf(keys, subject.requester);
  return {
    tenant: tx.tenant,
    product: subject.product,
    lane: subject.lane,
    kind: subject.kind,
    // Gate messages name the promotion; a plan has none yet.
    promotionId: subject.promotionId ?? 'PROMOTION',
    policyDigest: subject.policyDigest,
    bundle: {
      digest: bundle.digest,
      revision: bundle.revision,
      author: bundle.author,
      authorPrincipals: await principalsOfEmail(tx, bundle.author.email),
      images: bundle.artifacts
        .filter((artifact) => artifact.kind === 'image')
        .map(({ name, digest }) => ({ name, digest })),
      methodology: manifest.methodology ?? null,
      plan: manifest.plan ?? null,
    },
    evidence: verified.map((item) => item.fact),
    ...(requester !== undefined && { requester }),
    approvals: subject.promotionId === undefined ? [] : await approvals(tx, subject.promotionId, verified, keys),
    lanes: { bronze: lane('bronze'), silver: lane('silver'), gold: lane('gold') },
  };
}

async function verify(
  attestation: StoredAttestation,
  key: StoredKey | undefined,
  blobs: ContentStore,
): Promise<Verified> {
  const registeredAt = attestation.registeredAt.toISOString();
  const base = { id: attestation.id, checksum: attestation.checksum, registeredAt };
  const problem = (why: string): Verified => ({
    fact: { ...base, kind: attestation.kind, subjects: attestation.subjects, attributes: {}, problem: why },
  });
  if (key === undefined) return problem(`attestation ${attestation.id} is signed by a key that is not enrolled`);
  if (!wasValid(key, attestation.registeredAt))
    return problem(`the key of ${key.principal} was not valid when attestation ${attestation.id} was registered`);
  try {
    const { statement } = verifyStatement(await blobs.get(attestation.checksum), [key.publicKeyPem]);
    const signer: SignerFact = { keyId: key.keyId, principal: key.principal, purpose: key.purpose, roles: key.roles };
    return {
      statement,
      fact: { ...base, ...describeStatement(statement), subjects: subjectDigestsOf(statement), signer },
    };
  } catch (error) {
    return problem(`attestation ${attestation.id} cannot be relied on: ${messageOf(error)}`);
  }
}

/** Approvals count only through their signed statement: the row says which, the statement says what. */
async function approvals(
  tx: Transaction,
  promotionId: string,
  verified: readonly Verified[],
  keys: ReadonlyMap<Digest, StoredKey>,
): Promise<readonly ApprovalFact[]> {
  const accepted = (await decisionsOf(tx, promotionId)).filter((decision) => decision.accepted);
  return accepted.flatMap((row): ApprovalFact[] => {
    const evidence = verified.find((item) => item.fact.id === row.attestationId);
    if (evidence?.statement === undefined || evidence.fact.signer === undefined || evidence.fact.kind !== 'decision')
      return [];
    const decision = parseDecisionStatement(evidence.statement);
    const { signer } = evidence.fact;
    if (decision.principal !== signer.principal || decision.promotion?.firstRunId !== promotionId) return [];
    if (decision.verb !== 'approve' && decision.verb !== 'request-changes') return [];
    if (decision.policySnapshot === undefined) return [];
    return [
      {
        principal: signer.principal,
        roles: rolesOf(keys, signer.principal).roles,
        verb: decision.verb,
        policyDigest: decision.policySnapshot,
        bundleDigest: decision.bundle,
        attestationId: evidence.fact.id,
        comment: decision.comment ?? '',
        registeredAt: evidence.fact.registeredAt,
      },
    ];
  });
}

function rolesOf(
  keys: ReadonlyMap<Digest, StoredKey>,
  principal: string,
): { readonly principal: string; readonly roles: readonly string[] } {
  const key = [...keys.values()].find((candidate) => candidate.principal === principal);
  return { principal, roles: key?.roles ?? [] };
}
