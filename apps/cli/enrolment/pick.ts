import { LanekeeperError } from '../../../core/errors.js';
import { usageError } from '../errors/report-error.js';

/**
 * The one that a digest, or the beginning of one, names.
 *
 * @param what what these are, and which command lists them, for people
 * @throws NOT_FOUND, INVALID_INPUT when it names several
 */
export function pickByDigest<T>(
  all: readonly T[],
  digestOf: (one: T) => string,
  given: string,
  what: { readonly name: string; readonly list: string },
): T {
  const prefix = `sha256:${given.replace(/^sha256:/, '')}`;
  const found = all.filter((one) => digestOf(one).startsWith(prefix));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (found.length > 1) throw usageError(`${given} names more than one ${what.name}`, 'use more digits');
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no ${what.name} ${given}`,
    object: `${what.name} ${given}`,
    next: what.list,
  });
}
