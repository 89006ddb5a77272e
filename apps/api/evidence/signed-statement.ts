import { LanekeeperError } from '../../../core/errors.js';

/**
 * Parses a signed statement to pass on to Temporal; the workflow verifies it.
 * @throws EVIDENCE_INVALID when it is not a JSON object
 */
export function parseSigned(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Reported below, like any other text that is not a JSON object.
  }
  throw new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a Sigstore bundle',
    why: 'it is not a JSON object in UTF-8',
    next: 'send exactly what lane signed, byte for byte',
  });
}
