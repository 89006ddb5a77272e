import type { Digest } from '../digest.js';

/**
 * What a signed statement says of an object of people, such as a transformation or a hold, as far as it is remembered once
 * its signature was verified: not its content, which may be long.
 */
export interface SaidOfObject {
  readonly verb: 'put' | 'retire';
  readonly principal: string;
  readonly tenant: string;
  readonly name: string;
  /** The revision that it replaces. */
  readonly revision: number;
  readonly expiresAt: string;
  /** Of the content that was put; undefined for a retired one. */
  readonly content: Digest | undefined;
  /** Names of the products that it is about; undefined for all, none for a retired one. */
  readonly products: readonly string[] | undefined;
  /** The lanes that it is about; all if absent. */
  readonly lanes?: readonly string[] | undefined;
}

/** The newest revision of an object, as rows have it. */
export interface ObjectHead {
  readonly name: string;
  /** What its row says; undefined where there is none. */
  readonly current:
    { readonly revision: number; readonly state: 'ACTIVE' | 'RETIRED'; readonly content: Digest } | undefined;
  /** The newest change; undefined where there is none. */
  readonly change: ObjectHeadChange | undefined;
}

/** The newest change of an object, with the key that has signed it. */
export interface ObjectHeadChange {
  readonly revision: number;
  readonly statement: Digest;
  readonly registeredAt: Date;
  /** Whether the revision that it replaces is there. */
  readonly follows: boolean;
  /** Undefined where it is no key that may change such an object. */
  readonly key: HeadKey | undefined;
}

/** The key of a change, as it is enrolled now. */
export interface HeadKey {
  readonly keyId: Digest;
  readonly publicKeyPem: string;
  readonly principal: string;
  /** Whether it counted when the statement was registered; one that was revoked since a time before that does not. */
  readonly counted: boolean;
}

/** Why an object is not to be believed. */
export interface HeadProblem {
  readonly why: string;
  /** Whose gates it may change; undefined where nobody can tell, so that it may be any product. */
  readonly products?: readonly string[];
}

/** The database registers a statement after it was examined, by its own clock. */
const maxDelayMs = 5 * 60_000;

/**
 * Why a row is not what a person has signed last; undefined when it is.
 *
 * @param said what the newest statement says, its signature verified, or why it does not verify
 */
export function problemOfHead(
  tenant: string,
  { name, current, change }: ObjectHead,
  said: SaidOfObject | { readonly problem: string } | undefined,
): HeadProblem | undefined {
  if (change?.key === undefined || said === undefined) return { why: 'nobody has signed it with a key that may do so' };
  if ('problem' in said) return { why: said.problem };
  if (said.tenant !== tenant || said.name !== name || said.principal !== change.key.principal)
    return { why: 'its newest statement is about something else, or of somebody else' };
  if (said.revision + 1 !== change.revision || !change.follows)
    return { why: `its revision ${String(change.revision)} does not follow the one before it` };
  if (change.registeredAt.getTime() > Date.parse(said.expiresAt) + maxDelayMs)
    return { why: 'its newest statement had expired when it was registered' };
  if (current?.revision !== change.revision) return { why: 'its newest statement is about another revision' };
  if (current.state !== (said.verb === 'put' ? 'ACTIVE' : 'RETIRED'))
    return { why: `it is ${current.state}, which nobody has signed` };
  if (said.content !== undefined && current.content !== said.content)
    return { why: 'its content is not what was signed' };
  if (!change.key.counted)
    return {
      why: `the key of ${said.principal} did not count when it was signed`,
      ...(said.products !== undefined && { products: said.products }),
    };
  return undefined;
}
