import { type Digest, hexOf } from '../digest.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/** Who verifies: the promotion workflows of Lanekeeper. */
export const verifierId = 'https://lanekeeper.dev/verifier/v1';

/** What a lane decided about a bundle. */
export interface VerificationSummaryInput {
  readonly subject: readonly Subject[];
  /** RFC 3339 in UTC. */
  readonly timeVerified: string;
  /** What was decided about, for example `lanekeeper://<tenant>/<product>/<lane>`. */
  readonly resourceUri: string;
  readonly policySnapshot: Digest;
  /** The attestations that the decision rests on, by the digests of their bundles. */
  readonly inputs: readonly Digest[];
  readonly passed: boolean;
  /** What is proven when it passed, for example `LANEKEEPER_GOLD`. */
  readonly level: string;
}

/** The predicate `https://slsa.dev/verification_summary/v1`. */
export interface VerificationSummaryPredicate {
  readonly verifier: { readonly id: string };
  readonly timeVerified: string;
  readonly resourceUri: string;
  readonly policy: { readonly uri: string; readonly digest: { readonly sha256: string } };
  readonly inputAttestations: readonly { readonly uri: string; readonly digest: { readonly sha256: string } }[];
  readonly verificationResult: 'PASSED' | 'FAILED';
  readonly verifiedLevels: readonly string[];
  readonly slsaVersion: string;
}

/** The statement on a lane's decision; on a failure the only level is `FAILED`, as the specification says. */
export function verificationSummaryStatement(input: VerificationSummaryInput): Statement<VerificationSummaryPredicate> {
  const reference = (digest: Digest): { uri: string; digest: { sha256: string } } => ({
    uri: `cas:${digest}`,
    digest: { sha256: hexOf(digest) },
  });
  return statementOf(predicateTypes.verificationSummary, input.subject, {
    verifier: { id: verifierId },
    timeVerified: input.timeVerified,
    resourceUri: input.resourceUri,
    policy: { uri: `lanekeeper://policy/${input.policySnapshot}`, digest: { sha256: hexOf(input.policySnapshot) } },
    inputAttestations: input.inputs.map(reference),
    verificationResult: input.passed ? 'PASSED' : 'FAILED',
    verifiedLevels: [input.passed ? input.level : 'FAILED'],
    slsaVersion: '1.2',
  });
}
