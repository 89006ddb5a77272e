import { parseName } from '../../core/ids.js';
import { parseObject } from '../../core/input.js';
import { parseLane } from '../../core/lanes.js';
import { failingRun } from '../fail-run.js';
import type { LaneInput } from './contract.js';

/** Reads the input of the `lane` workflow. @throws ApplicationFailure, not retryable */
export function parseLaneInput(value: unknown): LaneInput {
  return failingRun(() =>
    parseObject(value, 'input of the lane workflow', {
      tenant: parseName,
      product: parseName,
      lane: (lane: unknown) => parseLane(lane),
    }),
  );
}
