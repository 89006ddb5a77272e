import { caseOfPromotion } from '../../core/decision/case.js';
import { isStart, startOf } from '../../core/decision/verbs.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Lane } from '../../core/lanes.js';
import { evidencePerSigner } from '../../core/policy/evidence.js';
import type { ApprovalFact, PolicyFacts } from '../../core/policy/facts.js';
import type { Approver } from '../../core/policy/approvals.js';
import { onlyDecisions, type WantedFacts } from '../../core/policy/wanted.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import { deliveredIn } from '../../core/release/artifact.js';
import { contextOf } from '../../core/transformation/context.js';
import { requireBundle, requireManifest } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { decisionsOf } from '../../store/decision/read.js';
import { newestEvidence } from '../../store/evidence/newest.js';
import { believedTransformation } from './believed-transformation.js';
import type { VerifiedEvidence } from './evidence-cache.js';
import { type EvidenceItem, evidenceItems, type Keys, readKeys } from './evidence-items.js';
import type { Preparation } from './preparation.js';
import { readCommitFacts } from './read-commits.js';
import { readBaselines, readLaneFacts, readProductFacts } from './read-other-lanes.js';

/** What the facts are about. A plan has no promotion yet. */
export interface FactsSubject {
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly bundle: Digest;
  readonly policyDigest: Digest;
  readonly promotionId?: string;
  /** Of a plan, who asks for it; of a promotion, who its record names, which counts if a signed request says so too. */
  readonly requester?: string | null;
  /** What the gates ask for. Other evidence is not read; without it all evidence is, and nothing of other lanes. */
  readonly wanted?: WantedFacts;
}

/**
 * Reads what an evaluation sees. Rows say which evidence there is; what it says is read from signed statements alone,
 * each verified with its enrolled key. Of several transformations to which the product belongs, the one that was put last
 * counts. What is built is read from the sealed manifest, which is what a deploy reads.
 *
 * @throws Unprepared when evidence has not been verified yet
 */
export async function readFacts(tx: Transaction, known: Preparation, subject: FactsSubject): Promise<PolicyFacts> {
  return (await readProven(tx, known, subject)).facts;
}

/**
 * The same, with everything that people have said about the promotion, their approvals and all else, and why the
 * transformation of the product is not among the facts, if it is not to be believed.
 *
 * @throws Unprepared
 */
export async function readProven(
  tx: Transaction,
  known: Preparation,
  subject: FactsSubject,
): Promise<{ readonly facts: PolicyFacts; readonly said: readonly Said[]; readonly untrusted?: LanekeeperError }> {
  const { product, wanted } = subject;
  const bundle = await requireBundle(tx, subject.bundle);
  const keys = await readKeys(tx);
  const { attestations, leftOut } = await newestEvidence(tx, subject.bundle, {
    kinds: wanted === undefined ? undefined : [...wanted.kinds],
    perSigner: evidencePerSigner,
  });
  const items = evidenceItems(attestations, keys, known);
  const manifest = await requireManifest(tx, subject.bundle);
  const { source, methodology, plan } = manifest;
  const said = subject.promotionId === undefined ? [] : await saidAbout(tx, subject.promotionId, items);
  // Whoever asks for decisions alone may read nothing else.
  const transformation = wanted === onlyDecisions ? undefined : await transformationOf(tx, known, product);
  const untrusted = transformation instanceof LanekeeperError ? transformation : undefined;
  const requester = subject.promotionId === undefined ? subject.requester : requesterOf(subject, said);
  const facts: PolicyFacts = {
    tenant: tx.tenant,
    product: subject.product,
    lane: subject.lane,
    kind: subject.kind,
    // Gate messages name the promotion; a plan has none yet.
    promotionId: subject.promotionId ?? 'PROMOTION',
    policyDigest: subject.policyDigest,
    bundle: {
      digest: bundle.digest,
      revision: source.revision,
      author: source.author,
      commits: await readCommitFacts(tx, known, subject, bundle, keys),
      repository: source.repository,
      tree: source.tree ?? '',
      artifacts: deliveredIn(manifest).map(({ kind, name, digest }) => ({ kind, name, digest })),
      methodology: methodology ?? null,
      plan: plan ?? null,
    },
    evidence: items.map((item) => item.fact),
    leftOut,
    ...(typeof requester === 'string' && { requester: rolesOf(keys, requester) }),
    approvals: said.flatMap((one) => approvalOf(one, keys)),
    waivers: [],
    lanes: await readLaneFacts(tx, subject, wanted?.soakLanes ?? []),
    ...(await readProductFacts(tx, wanted?.predecessors ?? [])),
    ...(await readBaselines(tx, known, { product, keys, lanes: wanted?.baselines ?? [] })),
    ...(transformation !== undefined &&
      !(transformation instanceof LanekeeperError) && { transformation: contextOf(transformation) }),
  };
  return { facts, said, ...(untrusted !== undefined && { untrusted }) };
}

async function transformationOf(tx: Transaction, known: Preparation, product: string) {
  try {
    return await believedTransformation(tx, known, product);
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'POLICY_UNTRUSTED') return error;
    throw error;
  }
}

/** What a person has said about a promotion: a row says which statement counts, the statement says what. */
export interface Said {
  readonly decision: NonNullable<VerifiedEvidence['decision']>;
  readonly attestationId: string;
  readonly checksum: Digest;
  readonly registeredAt: string;
}

/** The statements that were accepted, as their signatures prove them; a row alone counts for nothing. */
async function saidAbout(
  tx: Transaction,
  promotionId: string,
  items: readonly EvidenceItem[],
): Promise<readonly Said[]> {
  const accepted = (await decisionsOf(tx, caseOfPromotion({ id: promotionId }))).filter((row) => row.accepted);
  return accepted.flatMap((row): Said[] => {
    const { fact, decision } = items.find((candidate) => candidate.fact.id === row.attestationId) ?? {};
    if (fact?.signer?.purpose !== 'person' || decision?.principal !== fact.signer.principal) return [];
    if (decision.verb !== row.verb || decision.tenant !== tx.tenant) return [];
    if (!isStart(decision.verb) && decision.promotion?.id !== promotionId) return [];
    const { id: attestationId, checksum, registeredAt } = fact;
    return [{ decision, attestationId, checksum, registeredAt }];
  });
}

/** Who has requested a promotion: the person in its record, if a request that they have signed is about it. */
function requesterOf({ requester, kind, product, lane, bundle }: FactsSubject, said: readonly Said[]) {
  const verb = startOf(kind);
  const request = said.find(({ decision }) => decision.verb === verb && decision.principal === requester);
  const { decision } = request ?? {};
  const isAbout = decision?.product === product && decision.lane === lane && decision.bundle === bundle;
  return isAbout ? decision.principal : undefined;
}

function approvalOf({ decision, attestationId, registeredAt }: Said, keys: Keys): ApprovalFact[] {
  const { principal, verb, policySnapshot: policyDigest, bundle: bundleDigest, comment = '' } = decision;
  if ((verb !== 'approve' && verb !== 'request-changes') || policyDigest === undefined) return [];
  const { roles, principalKind } = rolesOf(keys, principal);
  return [{ principal, principalKind, roles, verb, policyDigest, bundleDigest, attestationId, comment, registeredAt }];
}

function rolesOf(keys: Keys, principal: string): Approver {
  const key = [...keys.values()].find((candidate) => candidate.principal === principal);
  // Nothing is known about a principal without a key, which therefore fills no quorum either.
  return { principal, principalKind: key?.principalKind ?? 'service', roles: key?.roles ?? [] };
}
