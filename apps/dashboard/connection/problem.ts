import { Code, ConnectError } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';

/** What went wrong, for people: what happened, to what, why, and what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly object: string;
  readonly why: string;
  readonly next: string;
}

/** An error of a call or of the page's own code. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LanekeeperError) {
    const { message, object = '', why = '', next = '' } = error.detail;
    return { code: error.code, message, object, why, next };
  }
  const connect = ConnectError.from(error);
  const [detail] = connect.findDetails(ErrorDetailSchema);
  if (detail !== undefined) {
    const { reason, message, object, why, next } = detail;
    return { code: reason, message, object, why, next };
  }
  const isAway = [Code.Unavailable, Code.Unknown, Code.Aborted, Code.DeadlineExceeded].includes(connect.code);
  return {
    code: isAway ? 'UNAVAILABLE' : 'INTERNAL',
    message: isAway ? 'the server does not answer' : 'the server sent an answer that this page does not understand',
    object: location.host,
    why: connect.rawMessage,
    next: isAway ? 'the page tries again by itself; lane doctor says what is wrong' : 'reload the page',
  };
}

/** Whether the session has ended. */
export function isSignedOut(error: unknown): boolean {
  return problemOf(error).code === 'UNAUTHENTICATED';
}
