import { LanekeeperError } from '../../../core/errors.js';

/**
 * The JSON of a signed statement, which Temporal carries on. Whether it is good is for the workflow to find out.
 * @throws EVIDENCE_INVALID when it is no JSON
 */
export function parseSigned(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, like any other text that is no JSON object.
  }
  throw new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a Sigstore bundle',
    why: 'it is not a JSON object in UTF-8',
    next: 'send what lane signed, byte for byte',
  });
}
