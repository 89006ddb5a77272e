import { digestOf } from '../../core/hash.js';
import type { ApprovalFact, EvidenceFact, PolicyFacts } from '../../core/policy/facts.js';
import { commitFact, personFact } from './commit-facts.js';

/** When the gates are evaluated. */
export const now = new Date('2026-03-01T12:00:00Z');
/** The bundle that they are about. */
export const bundle = digestOf('bundle');
/** The snapshot that they are from. */
export const policyDigest = digestOf('policy');
/** The one image of the bundle. */
export const image = digestOf('image');

/** What an evaluation sees of a promotion into gold for which nothing has been done. */
export function facts(changes: Partial<PolicyFacts> = {}): PolicyFacts {
  const lane = { live: false, wasLive: false };
  return {
    tenant: 'default',
    product: 'shop',
    lane: 'gold',
    kind: 'PROMOTION',
    promotionId: 'p',
    policyDigest,
    bundle: {
      digest: bundle,
      revision: 'a'.repeat(40),
      author: { name: 'A', email: 'a@example.com' },
      commits: { since: null, brought: [commitFact(personFact('anna'))], lists: ['list'] },
      repository: 'https://git.example.com/shop.git',
      tree: 'e'.repeat(40),
      artifacts: [{ kind: 'image', name: 'web', digest: image }],
      methodology: null,
      plan: null,
    },
    evidence: [],
    requester: { principal: 'rita', roles: ['developer'] },
    approvals: [],
    waivers: [],
    lanes: { bronze: lane, silver: lane, gold: lane },
    ...changes,
  };
}

/** A test result of the image that a build key has signed an hour before. */
export function evidence(changes: Partial<EvidenceFact> = {}): EvidenceFact {
  return {
    id: 'e',
    kind: 'test-result',
    subjects: [image],
    checksum: digestOf('e'),
    registeredAt: '2026-03-01T11:00:00Z',
    signer: { keyId: digestOf('key'), principal: 'builder', purpose: 'build', roles: [] },
    attributes: { result: 'PASSED' },
    ...changes,
  };
}

/** What a person has said about the promotion; that they approve, if nothing else is given. */
export function approval(
  principal: string,
  roles: readonly string[],
  changes: Partial<ApprovalFact> = {},
): ApprovalFact {
  return {
    principal,
    principalKind: 'human',
    roles,
    verb: 'approve',
    policyDigest,
    bundleDigest: bundle,
    attestationId: principal,
    comment: '',
    registeredAt: now.toISOString(),
    ...changes,
  };
}
