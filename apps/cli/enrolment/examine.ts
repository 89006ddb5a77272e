import { keyIdOf } from '../../../adapters/sigstore/keys.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { parseDigest, type Digest } from '../../../core/digest.js';
import { type EnrolmentChange, wordsOfChange } from '../../../core/enrolment/change.js';
import { parseEnrolmentStatement } from '../../../core/evidence/read-enrolment.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseCommitKey } from '../../../core/identity/commit-key.js';
import { shortId } from '../../../core/ids.js';
import type { Enrolment } from '#gen/governance/v1/enrolment_service_pb.js';

/** What an enrolment is about, read from the request itself: what the API says about it is not what is signed. */
export interface ExaminedEnrolment {
  readonly id: Digest;
  readonly change: EnrolmentChange;
  readonly requestedBy: string;
}

/** Reads the request of an enrolment. @throws BUNDLE_CORRUPT when the API shows another one under this id */
export function examineEnrolment({ id, statements }: Enrolment): ExaminedEnrolment {
  const request = statements.find(({ verb }) => verb === 'request');
  if (request !== undefined) {
    const { statement, statementDigest } = unverifiedStatement(request.signedStatement);
    const said = parseEnrolmentStatement(statement);
    if (statementDigest === id && said.verb === 'request')
      return { id: parseDigest(id), change: said.change, requestedBy: said.principal };
  }
  throw new LanekeeperError('BUNDLE_CORRUPT', {
    message: 'the enrolment does not match its id',
    object: `enrolment ${shortId(id)}`,
    why: 'what would be approved is not what would be shown',
    next: 'lane doctor',
  });
}

/** A change as people compare it before they sign: with the names of keys, which they can ask each other about. */
export function describeChange(change: EnrolmentChange): string {
  const words = wordsOfChange(change);
  switch (change.type) {
    case 'enrol-key':
      return `${words}\nkey ${keyIdOf(change.publicKeyPem)}`;
    case 'enrol-commit-key':
      return `${words}\nkey ${parseCommitKey(change.publicKey).fingerprint}`;
    case 'create-token':
      return `${words}\ntoken ${change.tokenHash}`;
    default:
      return words;
  }
}
