import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { verifyStatement } from '../../../adapters/sigstore/verify-statement.js';
import { messageOf } from '../../../core/errors.js';
import type { Statement } from '../../../core/evidence/statement.js';
import { canonicalJson } from '../../../core/hash.js';
import type { Principal } from '#gen/governance/v1/identity_service_pb.js';
import { instantOf } from '../output/words.js';

/** One revision of an object of people, with the statement that made it. */
export interface SignedChange {
  readonly revision: number;
  readonly verb: string;
  readonly principal: string;
  readonly keyId: string;
  readonly statementDigest: string;
  readonly signedStatement: Uint8Array;
  readonly changedAt?: Timestamp | undefined;
}

/** What a statement says that a person has signed. */
export interface SignedAct {
  readonly tenant: string;
  readonly verb: 'put' | 'retire';
  readonly principal: string;
  /** The revision that it replaces. */
  readonly revision: number;
}

/** What is checked: what the API has answered. */
export interface History {
  readonly tenant: string;
  /** All of them, newest first, with their statements. */
  readonly changes: readonly SignedChange[];
  /** Everybody, with their keys. */
  readonly principals: readonly Principal[];
  /** What is there now; undefined for nothing. */
  readonly now: { readonly spec: unknown; readonly retired: boolean; readonly revision: number } | undefined;
}

/** How statements about objects of a kind are read. */
export interface ActReader<Act extends SignedAct> {
  /** @throws EVIDENCE_INVALID */
  readonly read: (statement: Statement) => Act;
  /** Whether an act is about this object. */
  readonly isAbout: (act: Act) => boolean;
  /** What it puts; undefined for an act that puts nothing. */
  readonly specOf: (act: Act) => unknown;
  /** Whether a key in a browser may make such a statement. */
  readonly inBrowsers: boolean;
}

/**
 * What is wrong with the history of an object: a signature, a key that did not count, a revision that is missing, or content
 * that nobody has signed. Whether the keys are those of the people, only somebody who knows them can say.
 */
export function checkHistory<Act extends SignedAct>(
  { tenant, changes, principals, now }: History,
  reader: ActReader<Act>,
): readonly string[] {
  const problems: string[] = [];
  let content: string | undefined;
  for (const [at, change] of [...changes].reverse().entries()) {
    const revision = `revision ${String(change.revision)}`;
    if (change.revision !== at + 1) problems.push(`${revision} is in the place of revision ${String(at + 1)}`);
    try {
      const act = reader.read(verified(change, principals, reader.inBrowsers));
      const says = [act.tenant, act.verb, act.principal, act.revision + 1].join(' ');
      if (!reader.isAbout(act) || says !== [tenant, change.verb, change.principal, change.revision].join(' '))
        problems.push(`${revision}: its statement is about something else`);
      const spec = reader.specOf(act);
      if (spec !== undefined) content = canonicalJson(spec);
    } catch (error) {
      problems.push(`${revision}: ${messageOf(error)}`);
    }
  }
  const isNow = now !== undefined && canonicalJson(now.spec) === content;
  const isRetired = changes[0]?.verb === 'retire';
  if (!isNow || now.retired !== isRetired || now.revision !== changes[0]?.revision)
    problems.push('what is there now is not what was signed last');
  return problems;
}

function verified(change: SignedChange, principals: readonly Principal[], inBrowsers: boolean): Statement {
  const key = principals
    .find(({ name }) => name === change.principal)
    ?.keys.find(
      ({ keyId, purpose, heldIn }) =>
        keyId === change.keyId && purpose === 'person' && (inBrowsers || heldIn === 'file'),
    );
  if (key === undefined) throw new Error(`${change.principal} has no such key${inBrowsers ? '' : ' in a file'}`);
  const { statement, statementDigest, keyId } = verifyStatement(change.signedStatement, [key.publicKeyPem]);
  if (keyId !== change.keyId || statementDigest !== change.statementDigest) throw new Error('it is another statement');
  const [from, until, at] = [key.validFrom, key.validUntil, change.changedAt].map((one) =>
    Date.parse(instantOf(one) ?? ''),
  ) as [number, number, number];
  if (!(from <= at) || until <= at) throw new Error(`the key of ${change.principal} did not count then`);
  return statement;
}
