import { LanekeeperError } from '../../core/errors.js';

/** Why documents are refused as an invalid policy, with the place of each mistake; empty where they are not. */
export function whyRefused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'INVALID_POLICY') return error.detail.why ?? '';
    throw error;
  }
  return '';
}
