import { parseName } from '../../core/ids.js';
import { parseLane } from '../../core/lanes.js';
import { failingRun } from '../fail-run.js';
import type { LaneInput } from './contract.js';

/** Reads the input of the `lane` workflow. @throws ApplicationFailure, not retryable */
export function parseLaneInput(value: unknown): LaneInput {
  const input = (value ?? {}) as Record<string, unknown>;
  return failingRun(() => ({
    tenant: parseName(input['tenant'], 'tenant'),
    product: parseName(input['product'], 'product'),
    lane: parseLane(input['lane']),
  }));
}
