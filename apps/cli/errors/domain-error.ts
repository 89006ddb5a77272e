import { asLanekeeperError, type LanekeeperError } from '../../../core/errors.js';

/** The domain error behind anything thrown: itself, or the cause that the RPC library has wrapped once more. */
export function domainErrorOf(error: unknown): LanekeeperError | undefined {
  return asLanekeeperError(error) ?? (error instanceof Error ? asLanekeeperError(error.cause) : undefined);
}
