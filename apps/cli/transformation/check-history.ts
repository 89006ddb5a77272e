import { verifyStatement } from '../../../adapters/sigstore/verify-statement.js';
import { messageOf } from '../../../core/errors.js';
import { parseTransformationAct } from '../../../core/evidence/read-transformation-act.js';
import type { TransformationAct } from '../../../core/evidence/transformation-act.js';
import { canonicalJson } from '../../../core/hash.js';
import type { Principal } from '#gen/governance/v1/identity_service_pb.js';
import type { Transformation, TransformationChange } from '#gen/transformation/v1/transformation_pb.js';
import { instantOf } from '../output/words.js';
import { specOf } from './spec-of.js';

/** What is checked: what the API has answered. */
export interface History {
  readonly tenant: string;
  readonly name: string;
  /** All of them, newest first, with their statements. */
  readonly changes: readonly TransformationChange[];
  /** Everybody, with their keys. */
  readonly principals: readonly Principal[];
  /** What is there now. */
  readonly transformation: Transformation | undefined;
}

/**
 * What is wrong with the history of a transformation: a signature, a key that did not count, a revision that is missing,
 * or content that nobody has signed. Whether the keys are those of the people, only somebody who knows them can say.
 */
export function checkHistory({ tenant, name, changes, principals, transformation }: History): readonly string[] {
  const problems: string[] = [];
  let content: string | undefined;
  for (const [at, change] of [...changes].reverse().entries()) {
    const revision = `revision ${String(change.revision)}`;
    if (change.revision !== at + 1) problems.push(`${revision} is in the place of revision ${String(at + 1)}`);
    try {
      const act = verified(change, principals);
      const says = [act.tenant, act.name, act.verb, act.principal, act.revision + 1].join(' ');
      if (says !== [tenant, name, change.verb, change.principal, change.revision].join(' '))
        problems.push(`${revision}: its statement is about something else`);
      if (act.verb === 'put') content = canonicalJson(act.spec);
    } catch (error) {
      problems.push(`${revision}: ${messageOf(error)}`);
    }
  }
  const isNow = transformation !== undefined && canonicalJson(specOf(transformation)) === content;
  const isRetired = changes[0]?.verb === 'retire';
  if (!isNow || transformation.retired !== isRetired || transformation.revision !== changes[0]?.revision)
    problems.push('what is there now is not what was signed last');
  return problems;
}

function verified(change: TransformationChange, principals: readonly Principal[]): TransformationAct {
  const key = principals
    .find(({ name }) => name === change.principal)
    ?.keys.find(({ keyId, purpose, heldIn }) => keyId === change.keyId && purpose === 'person' && heldIn === 'file');
  if (key === undefined) throw new Error(`${change.principal} has no such key in a file`);
  const { statement, statementDigest, keyId } = verifyStatement(change.signedStatement, [key.publicKeyPem]);
  if (keyId !== change.keyId || statementDigest !== change.statementDigest) throw new Error('it is another statement');
  const [from, until, at] = [key.validFrom, key.validUntil, change.changedAt].map((one) =>
    Date.parse(instantOf(one) ?? ''),
  ) as [number, number, number];
  if (!(from <= at) || until <= at) throw new Error(`the key of ${change.principal} did not count then`);
  return parseTransformationAct(statement);
}
