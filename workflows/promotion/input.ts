import { ApplicationFailure } from '@temporalio/workflow';
import { isDigest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { parseName } from '../../core/ids.js';
import { parseLane } from '../../core/lanes.js';
import { failingRun } from '../fail-run.js';
import type { DecisionMessage, PromotionInput } from './contract.js';

/** The largest signed statement, in characters of JSON, on every door. A real one is about 3,000. */
const maxStatementLength = 32_768;

const knownFields = ['tenant', 'product', 'lane', 'bundle', 'kind', 'request', 'promotion'];

/**
 * Reads an input that was given to Temporal, without trusting any of it.
 *
 * @throws ApplicationFailure of type INVALID_INPUT or UNKNOWN_LANE, not retryable: the run fails at once
 */
export function parsePromotionInput(value: unknown): PromotionInput {
  return failingRun(() => parse(value));
}

function parse(value: unknown): PromotionInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('the input is not a JSON object');
  const input = value as Record<string, unknown>;
  const unknownField = Object.keys(input).find((key) => !knownFields.includes(key));
  if (unknownField !== undefined)
    throw invalid(`the input has the unknown field ${JSON.stringify(unknownField.slice(0, 80))}`);
  const { bundle, kind, request, promotion } = input;
  if (!isDigest(bundle)) throw invalid('bundle is not a digest of the form sha256:<64 hex digits>');
  if (kind !== undefined && kind !== 'PROMOTION' && kind !== 'ROLLBACK')
    throw invalid('kind is neither PROMOTION nor ROLLBACK');
  if (request !== undefined && !isStatement(request))
    throw invalid(`request is not a signed statement of at most ${maxStatementLength} characters`);
  if (promotion !== undefined && (typeof promotion !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(promotion)))
    throw invalid('promotion is not the id of a promotion');
  return {
    tenant: parseName(input['tenant'] ?? 'default', 'tenant'),
    product: parseName(input['product'], 'product'),
    lane: parseLane(input['lane']),
    bundle,
    kind: kind ?? 'PROMOTION',
    ...(request !== undefined && { request }),
    ...(promotion !== undefined && { promotion }),
  };
}

function invalid(message: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message,
    object: 'input of the promotion workflow',
    next: 'docs/temporal-front-door.md shows the JSON; lane promote --print writes it',
  });
}

/** Whether a message can be a signed statement: an object, or its JSON as a string, of a bounded size. */
export function isStatement(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= maxStatementLength;
  return typeof value === 'object' && value !== null && JSON.stringify(value).length <= maxStatementLength;
}

/**
 * Refuses an update that cannot be a signed statement before it reaches the history.
 * @throws ApplicationFailure of type INVALID_INPUT
 */
export function validateDecision(message: DecisionMessage): void {
  const statement: unknown = (message as DecisionMessage | null | undefined)?.statement;
  if (typeof statement === 'object' && isStatement(statement)) return;
  throw ApplicationFailure.nonRetryable('the message must hold a signed statement of at most 32 KiB', 'INVALID_INPUT');
}
