import type { ErrorCode } from '../../../core/errors.js';

/** The exit codes. Public: scripts rely on them. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  blocked: 3,
  auth: 4,
  notFound: 5,
  conflict: 6,
  timedOut: 7,
  pending: 8,
  verification: 10,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The meanings, as `lane help exit-codes` prints them. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, 'done'],
  [exitCodes.error, 'an error without an exit code of its own; the message says what happened'],
  [exitCodes.usage, 'the command was not understood, or its input is invalid'],
  [
    exitCodes.blocked,
    'a gate blocks, a person rejected the promotion, a decision does not count because of who made it, or when, or a test of policies fails',
  ],
  [exitCodes.auth, 'no valid identity, or no permission to do this'],
  [exitCodes.notFound, 'no such product, bundle, promotion, commit, person or evidence'],
  [exitCodes.conflict, 'not possible in this state: it has ended, was already decided, or has changed in the meantime'],
  [exitCodes.timedOut, 'the wait timed out; the promotion or release continues'],
  [
    exitCodes.pending,
    'something is still missing: a gate (lane plan and lane why with --exit-code), or a second operator',
  ],
  [exitCodes.verification, 'a signature, digest or content failed verification'],
  [exitCodes.interrupted, 'interrupted; the promotion or release continues'],
];

const codeOf: Readonly<Record<ErrorCode, ExitCode>> = {
  INVALID_INPUT: exitCodes.usage,
  INVALID_PRODUCT_FILE: exitCodes.usage,
  INVALID_POLICY: exitCodes.error,
  UNKNOWN_PRODUCT: exitCodes.notFound,
  UNKNOWN_BUNDLE: exitCodes.notFound,
  UNKNOWN_LANE: exitCodes.usage,
  UNKNOWN_PROMOTION: exitCodes.notFound,
  UNKNOWN_PRINCIPAL: exitCodes.notFound,
  UNKNOWN_REVISION: exitCodes.notFound,
  NOT_FOUND: exitCodes.notFound,
  UNAUTHENTICATED: exitCodes.auth,
  PERMISSION_DENIED: exitCodes.auth,
  SIGNATURE_INVALID: exitCodes.verification,
  UNTRUSTED_SIGNER: exitCodes.verification,
  DECISION_EXPIRED: exitCodes.blocked,
  DECISION_REPLAYED: exitCodes.conflict,
  DECISION_MISMATCH: exitCodes.conflict,
  SELF_APPROVAL: exitCodes.blocked,
  ROLE_MISSING: exitCodes.blocked,
  BLOB_MISSING: exitCodes.verification,
  BLOB_CORRUPT: exitCodes.verification,
  BUNDLE_CORRUPT: exitCodes.verification,
  EVIDENCE_INVALID: exitCodes.verification,
  POLICY_UNTRUSTED: exitCodes.verification,
  SOURCE_REFUSED: exitCodes.verification,
  WRONG_REPOSITORY: exitCodes.conflict,
  BUILD_FAILED: exitCodes.error,
  BUILD_TIMED_OUT: exitCodes.error,
  BUILD_WROTE_OUTSIDE: exitCodes.error,
  TESTS_FAILED: exitCodes.blocked,
  IMAGE_UNSUPPORTED: exitCodes.error,
  NOTHING_TO_ROLL_BACK: exitCodes.conflict,
  BUNDLE_RECALLED: exitCodes.conflict,
  LANE_CLOSED: exitCodes.conflict,
  TOO_LATE: exitCodes.conflict,
  PLAN_STALE: exitCodes.conflict,
  NO_HOTFIX_PATH: exitCodes.conflict,
  SERVICE_UNHEALTHY: exitCodes.blocked,
  WRONG_STATE: exitCodes.conflict,
  CONFLICT: exitCodes.conflict,
  LIMIT_EXCEEDED: exitCodes.error,
  BUSY: exitCodes.error,
  UNAVAILABLE: exitCodes.error,
  TIMED_OUT: exitCodes.error,
  CONFIGURATION: exitCodes.error,
  INTERNAL: exitCodes.error,
};

/** The exit code of a domain error. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return codeOf[code];
}
