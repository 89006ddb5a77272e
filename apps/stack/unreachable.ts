import { LanekeeperError, messageOf } from '../../core/errors.js';

/** The error for a server of somebody else that the stack is to use, and that does not answer. */
export function unreachable(
  server: 'PostgreSQL' | 'Temporal',
  { address, variables, cause }: { readonly address: string; readonly variables: string; readonly cause: unknown },
): LanekeeperError {
  return new LanekeeperError(
    'UNAVAILABLE',
    {
      message: `${server} cannot be used`,
      object: address,
      why: messageOf(cause),
      next: `start it, or correct ${variables}`,
    },
    { cause },
  );
}
