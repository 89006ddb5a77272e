import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { asLanekeeperError, type ErrorCode, LanekeeperError } from '../../../core/errors.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';
import { statusOf } from './status.js';
import { asTemporalError } from './temporal-error.js';

/**
 * The only translation of errors to Connect: the code determines the status, and the detail travels as
 * `governance.v1.ErrorDetail`. Any other error becomes INTERNAL and reveals nothing internal.
 *
 * @param report receives errors that should not have happened
 */
export function toConnectError(error: unknown, report: (error: unknown) => void): ConnectError {
  const known = asLanekeeperError(error) ?? asTemporalError(error);
  if (known !== undefined) return translated(known);
  if (error instanceof ConnectError) return withDetail(error);
  report(error);
  return translated(
    new LanekeeperError(
      'INTERNAL',
      {
        message: 'an unexpected error occurred in the API',
        why: 'the log of the API has the details',
        next: 'lane doctor',
      },
      { cause: error },
    ),
  );
}

function translated(error: LanekeeperError): ConnectError {
  const { message, object = '', why = '', next = '' } = error.detail;
  const detail = create(ErrorDetailSchema, { reason: error.code, message, object, why, next });
  return new ConnectError(
    message,
    statusOf[error.code],
    undefined,
    [{ desc: ErrorDetailSchema, value: detail }],
    error,
  );
}

/** Adds our detail to an error that Connect or the validation raised. */
function withDetail(error: ConnectError): ConnectError {
  if (error.findDetails(ErrorDetailSchema).length > 0) return error;
  const invalid = error.code === Code.InvalidArgument;
  const detail = create(ErrorDetailSchema, {
    reason: invalid ? 'INVALID_INPUT' : reasonOf(error.code),
    message: invalid ? 'the request is not valid' : error.rawMessage.slice(0, 4000),
    why: invalid ? error.rawMessage.slice(0, 4000) : '',
  });
  error.details.push({ desc: ErrorDetailSchema, value: detail });
  return error;
}

function reasonOf(code: Code): ErrorCode {
  switch (code) {
    case Code.DeadlineExceeded:
      return 'TIMED_OUT';
    case Code.Unavailable:
    case Code.Canceled:
      return 'UNAVAILABLE';
    case Code.ResourceExhausted:
      return 'LIMIT_EXCEEDED';
    case Code.NotFound:
    case Code.Unimplemented:
      return 'NOT_FOUND';
    default:
      return 'INTERNAL';
  }
}

/** Translates whatever an RPC throws, even in the middle of a stream. */
export function createErrorInterceptor(report: (error: unknown) => void): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: guarded(response.message, report) } : response;
    } catch (error) {
      throw toConnectError(error, report);
    }
  };
}

async function* guarded<T>(messages: AsyncIterable<T>, report: (error: unknown) => void): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw toConnectError(error, report);
  }
}
