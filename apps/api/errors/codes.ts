import { Code } from '@connectrpc/connect';
import type { ErrorCode } from '../../../core/errors.js';

/** The Connect status of each error code. */
export const statusOf: Readonly<Record<ErrorCode, Code>> = {
  INVALID_INPUT: Code.InvalidArgument,
  INVALID_PRODUCT_FILE: Code.InvalidArgument,
  INVALID_POLICY: Code.FailedPrecondition,
  UNKNOWN_PRODUCT: Code.NotFound,
  UNKNOWN_BUNDLE: Code.NotFound,
  UNKNOWN_LANE: Code.InvalidArgument,
  UNKNOWN_PROMOTION: Code.NotFound,
  UNKNOWN_PRINCIPAL: Code.NotFound,
  UNKNOWN_REVISION: Code.NotFound,
  NOT_FOUND: Code.NotFound,
  UNAUTHENTICATED: Code.Unauthenticated,
  PERMISSION_DENIED: Code.PermissionDenied,
  SIGNATURE_INVALID: Code.InvalidArgument,
  UNTRUSTED_SIGNER: Code.PermissionDenied,
  DECISION_EXPIRED: Code.FailedPrecondition,
  DECISION_REPLAYED: Code.AlreadyExists,
  DECISION_MISMATCH: Code.FailedPrecondition,
  SELF_APPROVAL: Code.PermissionDenied,
  ROLE_MISSING: Code.PermissionDenied,
  ALREADY_DECIDED: Code.AlreadyExists,
  BLOB_MISSING: Code.DataLoss,
  BLOB_CORRUPT: Code.DataLoss,
  BUNDLE_CORRUPT: Code.DataLoss,
  EVIDENCE_INVALID: Code.InvalidArgument,
  BUILD_FAILED: Code.FailedPrecondition,
  BUILD_TIMED_OUT: Code.FailedPrecondition,
  BUILD_WROTE_OUTSIDE: Code.FailedPrecondition,
  TESTS_FAILED: Code.FailedPrecondition,
  IMAGE_UNSUPPORTED: Code.FailedPrecondition,
  LANE_PREREQUISITE: Code.FailedPrecondition,
  NOTHING_TO_ROLL_BACK: Code.FailedPrecondition,
  STALE_FENCING_TOKEN: Code.Aborted,
  SERVICE_UNHEALTHY: Code.FailedPrecondition,
  WRONG_STATE: Code.FailedPrecondition,
  CONFLICT: Code.Aborted,
  UNAVAILABLE: Code.Unavailable,
  TIMED_OUT: Code.DeadlineExceeded,
  CONFIGURATION: Code.FailedPrecondition,
  INTERNAL: Code.Internal,
};

/** Whether a value is one of the error codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(statusOf, value);
}
