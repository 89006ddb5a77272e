/** The predicate types that Lanekeeper writes. */
export const predicateTypes = {
  /** SLSA provenance v1: how an image was built. */
  provenance: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  cycloneDx: 'https://cyclonedx.org/bom',
  /** The signature of an image, the type that `cosign sign` writes in bundles. */
  signature: 'https://sigstore.dev/cosign/sign/v1',
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  /** SLSA verification summary v1: what a lane decided. */
  verificationSummary: 'https://slsa.dev/verification_summary/v1',
  /** What a person decided, `core/schemas/decision.schema.json`. */
  decision: 'https://lanekeeper.dev/attestation/decision/v1',
  /** What a person says about who is who, `core/schemas/enrolment.schema.json`. */
  enrolment: 'https://lanekeeper.dev/attestation/enrolment/v1',
  /** What a person or a machine records about a bundle, `core/schemas/record.schema.json`. */
  record: 'https://lanekeeper.dev/attestation/record/v1',
  /** What a person does with a version of a policy, `core/schemas/policy-act.schema.json`. */
  policyAct: 'https://lanekeeper.dev/attestation/policy-act/v1',
  /** What a person does with a transformation, `core/schemas/transformation-act.schema.json`. */
  transformation: 'https://lanekeeper.dev/attestation/transformation/v1',
  /** What a person does with a window, a hold or a recall, `core/schemas/restriction-act.schema.json`. */
  restriction: 'https://lanekeeper.dev/attestation/restriction/v1',
  /** Which commits a release brings, `core/schemas/commits.schema.json`. */
  commits: 'https://lanekeeper.dev/attestation/commits/v1',
  /** How a promotion ended, `core/schemas/promotion.schema.json`. */
  promotion: 'https://lanekeeper.dev/attestation/promotion/v1',
  /** What the service did without a person, `core/schemas/service-act.schema.json`. */
  serviceAct: 'https://lanekeeper.dev/attestation/service-act/v1',
} as const;
