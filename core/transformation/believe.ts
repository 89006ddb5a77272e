import type { Digest } from '../digest.js';
import type { TransformationAct } from '../evidence/transformation-act.js';
import { digestOfJson } from '../hash.js';

/** What a signed statement says of a transformation, as far as it is remembered once its signature was verified. */
export interface SaidOfTransformation extends Pick<
  TransformationAct,
  'verb' | 'principal' | 'tenant' | 'name' | 'revision' | 'expiresAt'
> {
  /** Of the content that was put; undefined for a retired one. */
  readonly content: Digest | undefined;
  /** Names of the products that belong to it; none for a retired one. */
  readonly products: readonly string[];
}

/** What is remembered of a statement: not its content, which may be long. */
export function rememberedOf(act: TransformationAct): SaidOfTransformation {
  const { verb, principal, tenant, name, revision, expiresAt } = act;
  return {
    ...{ verb, principal, tenant, name, revision, expiresAt },
    content: act.verb === 'put' ? digestOfJson(act.spec) : undefined,
    products: act.verb === 'put' ? act.spec.products : [],
  };
}

/** The newest revision of a transformation, as rows have it. */
export interface TransformationHead {
  readonly name: string;
  /** What its row says; undefined where there is none. */
  readonly current:
    { readonly revision: number; readonly state: 'ACTIVE' | 'RETIRED'; readonly content: Digest } | undefined;
  /** The newest change; undefined where there is none. */
  readonly change: TransformationHeadChange | undefined;
}

/** The newest change of a transformation, with the key that has signed it. */
export interface TransformationHeadChange {
  readonly revision: number;
  readonly statement: Digest;
  readonly registeredAt: Date;
  /** Whether the revision that it replaces is there. */
  readonly follows: boolean;
  /** Undefined where it is no key of a person that is held in a file. */
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

/** Why a transformation is not to be believed. */
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
  { name, current, change }: TransformationHead,
  said: SaidOfTransformation | { readonly problem: string } | undefined,
): HeadProblem | undefined {
  if (change?.key === undefined || said === undefined) return { why: 'nobody has signed it with a key in a file' };
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
    return { why: `the key of ${said.principal} did not count when it was signed`, products: said.products };
  return undefined;
}
