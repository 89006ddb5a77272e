import { asLanekeeperError, type LanekeeperError } from '../../../core/errors.js';

/** The domain error behind anything thrown: the error itself, or the one that the RPC library wrapped as its cause. */
export function domainErrorOf(error: unknown): LanekeeperError | undefined {
  return asLanekeeperError(error) ?? (error instanceof Error ? asLanekeeperError(error.cause) : undefined);
}
