import { LanekeeperError } from '../../core/errors.js';
import { parseName } from '../../core/ids.js';
import { failingRun } from '../fail-run.js';
import type { ReleaseInput } from './contract.js';

const knownFields = ['tenant', 'product', 'revision', 'repository', 'timebox'];

/**
 * Reads an input that was given to Temporal, without trusting any of it.
 * @throws ApplicationFailure of type INVALID_INPUT, not retryable: the run fails at once
 */
export function parseReleaseInput(value: unknown): ReleaseInput {
  return failingRun(() => parse(value));
}

function parse(value: unknown): ReleaseInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('the input is not a JSON object');
  const input: Record<string, unknown> = { ...value };
  const unknownField = Object.keys(input).find((key) => !knownFields.includes(key));
  if (unknownField !== undefined)
    throw invalid(`the input has the unknown field ${JSON.stringify(unknownField.slice(0, 80))}`);
  const { revision, repository, timebox } = input;
  if (typeof revision !== 'string' || !/^[0-9a-f]{40}$/.test(revision))
    throw invalid('revision is not a commit of 40 lower-case hex digits');
  const location =
    typeof repository === 'string' &&
    repository.length <= 1000 &&
    /^(?:\/|https:\/\/|ssh:\/\/|file:\/\/\/)[^\0\n]*$/.test(repository);
  if (!location) throw invalid('repository is neither an absolute folder nor an https, ssh or file URL');
  if (timebox !== undefined && (typeof timebox !== 'string' || timebox === '' || timebox.length > 300))
    throw invalid('timebox is not a string of 1 to 300 characters');
  return {
    tenant: parseName(input['tenant'] ?? 'default', 'tenant'),
    product: parseName(input['product'], 'product'),
    revision,
    repository,
    ...(timebox !== undefined && { timebox }),
  };
}

function invalid(message: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message,
    object: 'input of the release workflow',
    next: 'docs/temporal-front-door.md shows the JSON',
  });
}
