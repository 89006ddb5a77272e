import { ApplicationFailure } from '@temporalio/workflow';
import { LanekeeperError } from '../../core/errors.js';
import { parseName } from '../../core/ids.js';
import { parseLane } from '../../core/lanes.js';
import type { LaneInput } from './contract.js';

/** Reads the input of the `lane` workflow. @throws ApplicationFailure, not retryable */
export function parseLaneInput(value: unknown): LaneInput {
  try {
    const input = (value ?? {}) as Record<string, unknown>;
    return {
      tenant: parseName(input['tenant'], 'tenant'),
      product: parseName(input['product'], 'product'),
      lane: parseLane(input['lane']),
    };
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error;
    throw ApplicationFailure.create({
      type: error.code,
      nonRetryable: true,
      message: error.message,
      details: [error.detail],
    });
  }
}
