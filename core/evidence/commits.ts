import { Ajv2020 } from 'ajv/dist/2020.js';
import commitsSchema from '../schemas/commits.schema.json' with { type: 'json' };
import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { CommitList } from '../release/history.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';

/**
 * The predicate `https://lanekeeper.dev/attestation/commits/v1` (`core/schemas/commits.schema.json`): the commits that a
 * release brings, with who made and signed each.
 */
export interface CommitsPredicate extends CommitList {
  readonly tenant: string;
  readonly product: string;
  readonly revision: string;
}

const validate = new Ajv2020({ allErrors: true, strict: true }).compile<CommitsPredicate>(commitsSchema);

/** The statement on the commits of a release, about the object of its own commit. */
export function commitsStatement(predicate: CommitsPredicate, commit: Digest): Statement<CommitsPredicate> {
  return statementOf(predicateTypes.commits, [subjectOf(predicate.revision, commit)], predicate);
}

/** Reads the commits of a release from a statement whose signature was verified. @throws EVIDENCE_INVALID */
export function parseCommitsStatement({ predicateType, predicate }: Statement): CommitsPredicate {
  if (predicateType !== predicateTypes.commits) throw invalid(`it is of type ${predicateType}`);
  if (!validate(predicate))
    throw invalid(
      (validate.errors ?? [])
        .slice(0, 10)
        .map((error) => `${error.instancePath || '/'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
  if (predicate.commits[0]?.hash !== predicate.revision) throw invalid('it does not begin with the released commit');
  return predicate;
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a list of the commits of a release',
    why,
    next: 'docs/evidence.md describes its format',
  });
}
