import { parseName, parseRevision } from '../ids.js';
import { LanekeeperError } from '../errors.js';
import { optional, parseObject, type Parser, text } from '../input.js';

/**
 * Input of the `release` workflow, the documented JSON of the Temporal front door. Checked before anything else; wrong
 * input fails the run with INVALID_INPUT and leaves no rows.
 */
export interface ReleaseInput {
  /** `default` if absent. */
  readonly tenant: string;
  readonly product: string;
  /** The commit, 40 lower-case hex digits. */
  readonly revision: string;
  /** An absolute folder on the build worker, or an https, ssh or file URL. */
  readonly repository: string;
  /** The sprint, iteration or phase that the release belongs to. */
  readonly timebox?: string;
}

/** Reads where a repository is. @throws INVALID_INPUT */
export const parseRepositoryLocation: Parser<string> = (value, object) => {
  if (
    typeof value === 'string' &&
    value.length <= 1000 &&
    /^(?:\/|https:\/\/|ssh:\/\/|file:\/\/\/)[^\0\n]*$/.test(value)
  )
    return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'repository is neither an absolute folder nor an https, ssh or file URL',
    object,
    next: 'docs/temporal-front-door.md shows the JSON',
  });
};

/** Reads an input that was given to Temporal, without trusting any of it. @throws INVALID_INPUT */
export function parseReleaseInput(value: unknown): ReleaseInput {
  const { tenant = 'default', ...input } = parseObject(value, 'input of the release workflow', {
    tenant: optional(parseName),
    product: parseName,
    revision: parseRevision,
    repository: parseRepositoryLocation,
    timebox: optional(text(300)),
  });
  return { tenant, ...input };
}
