/**
 * The error model: one class, a closed union of codes. Every boundary translates it once: `activities/failures.ts` for
 * Temporal, `apps/api/errors/` for Connect, `apps/cli/errors/` for the terminal and its exit codes.
 */

/** What went wrong, in the terms of the domain. Codes are part of the public interface: add, never rename. */
export const errorCodes = [
  // input
  'INVALID_INPUT',
  'INVALID_PRODUCT_FILE',
  'INVALID_POLICY',
  // things that do not exist
  'UNKNOWN_PRODUCT',
  'UNKNOWN_BUNDLE',
  'UNKNOWN_LANE',
  'UNKNOWN_PROMOTION',
  'UNKNOWN_PRINCIPAL',
  'UNKNOWN_REVISION',
  'NOT_FOUND',
  // permissions
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  // signatures and decisions
  'SIGNATURE_INVALID',
  'UNTRUSTED_SIGNER',
  'DECISION_EXPIRED',
  'DECISION_REPLAYED',
  'DECISION_MISMATCH',
  'SELF_APPROVAL',
  'ROLE_MISSING',
  // integrity
  'BLOB_MISSING',
  'BLOB_CORRUPT',
  'BUNDLE_CORRUPT',
  'EVIDENCE_INVALID',
  'POLICY_UNTRUSTED',
  // the source of a release
  'SOURCE_REFUSED',
  'WRONG_REPOSITORY',
  // building
  'BUILD_FAILED',
  'BUILD_TIMED_OUT',
  'BUILD_WROTE_OUTSIDE',
  'TESTS_FAILED',
  'IMAGE_UNSUPPORTED',
  // lanes and deploying
  'NOTHING_TO_ROLL_BACK',
  'BUNDLE_RECALLED',
  'LANE_CLOSED',
  'TOO_LATE',
  'PLAN_STALE',
  'NO_HOTFIX_PATH',
  'SERVICE_UNHEALTHY',
  'WRONG_STATE',
  'CONFLICT',
  // the environment
  'LIMIT_EXCEEDED',
  'BUSY',
  'UNAVAILABLE',
  'TIMED_OUT',
  'CONFIGURATION',
  'INTERNAL',
] as const;

/** One of the error codes. */
export type ErrorCode = (typeof errorCodes)[number];

const known: ReadonlySet<unknown> = new Set(errorCodes);

/** Whether a value is one of the error codes; a newer server may send others. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return known.has(value);
}

/** Everything a person needs to act on an error, and nothing secret. */
export interface ErrorDetail {
  /** What happened, one sentence without a full stop. */
  readonly message: string;
  /**
   * Which object it happened to, in the form that commands accept: `promotion 3f9a…`, `services[0].entry in
   * lanekeeper.yaml:12`.
   */
  readonly object?: string;
  /** Why: the rule or the observation behind it. */
  readonly why?: string;
  /** The next step: a command, or what to change. */
  readonly next?: string;
}

/** An error of the domain. Test by `code`; `instanceof` does not survive realms or the wire. */
export class LanekeeperError extends Error {
  readonly code: ErrorCode;
  readonly object: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(code: ErrorCode, detail: ErrorDetail, options?: { cause?: unknown }) {
    super(detail.message, options);
    this.name = 'LanekeeperError';
    this.code = code;
    this.object = detail.object;
    this.why = detail.why;
    this.next = detail.next;
  }

  /** The plain form that crosses process boundaries. */
  get detail(): ErrorDetail {
    return {
      message: this.message,
      ...(this.object !== undefined && { object: this.object }),
      ...(this.why !== undefined && { why: this.why }),
      ...(this.next !== undefined && { next: this.next }),
    };
  }
}

/** The domain error inside `error`, if it is one. */
export function asLanekeeperError(error: unknown): LanekeeperError | undefined {
  return error instanceof LanekeeperError ? error : undefined;
}

/** The readable message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
