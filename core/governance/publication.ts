import type { Refusal } from '../decision/check.js';
import type { Digest } from '../digest.js';
import { shortId } from '../ids.js';
import type { VersionName } from './document.js';
import type { PolicyVerb } from '../evidence/policy-act.js';
import { type ActedOn, type Actor, type PolicyOfPolicies, refuseAct, ruleFor } from './policy-of-policies.js';

/** A version that waits to be published, and what has become of it so far. */
export interface Publication {
  readonly version: ActedOn & Pick<VersionName, 'version' | 'previous'>;
  /** The newest published version of the document; absent where none was. */
  readonly head: { readonly version: number; readonly digest: Digest } | undefined;
  /** Who has signed that it is published, and may still. */
  readonly publishedBy: readonly string[];
  /** Why what its author has signed does not count any more; absent where it does. */
  readonly draftRefused?: Refusal | undefined;
}

/** What somebody has signed about a version. */
export interface SignedAct {
  readonly verb: PolicyVerb;
  readonly principal: string;
  /** Whoever has signed it, as enrolled now; absent where the key that they have signed it with does not count any more. */
  readonly signer?: Actor;
}

/** What has become of a version so far, by those of whom each signature counts still. */
export function publicationOf<T extends Omit<Publication['version'], 'author'> & { readonly author: string | null }>(
  version: T,
  {
    signed,
    head,
    policies,
  }: {
    readonly signed: readonly SignedAct[];
    readonly head: Publication['head'];
    readonly policies: PolicyOfPolicies | undefined;
  },
): Publication & { readonly version: T & { readonly author: string } } {
  const authored = { ...version, author: version.author ?? '' };
  const publishers = signed.flatMap(({ verb, signer }) => {
    if (verb !== 'publish' || signer === undefined) return [];
    const refusal = policies && refuseAct('publish', signer, authored, policies);
    return refusal === undefined ? [signer.name] : [];
  });
  const draftRefused = refuseDraft(authored, signed);
  return { version: authored, head, publishedBy: [...new Set(publishers)], draftRefused };
}

/** Why what the author of a version has signed does not count any more: nobody would believe it once it is published. */
export function refuseDraft(
  { author }: { readonly author: string | null },
  signed: readonly SignedAct[],
): Refusal | undefined {
  if (signed.some(({ verb, principal, signer }) => verb === 'draft' && principal === author && signer))
    return undefined;
  return {
    code: 'UNTRUSTED_SIGNER',
    reason: `the key with which ${author ?? 'nobody'} has drafted it was revoked from before then: somebody has to draft it again`,
  };
}

/** Why a version is not the next one after what was published last; undefined when it is. */
export function whyNotNext({ previous }: Pick<VersionName, 'previous'>, head: Publication['head']): string | undefined {
  if (previous === head?.digest) return undefined;
  return head === undefined
    ? 'it names a version before it, and none was published'
    : `version ${String(head.version)} was published meanwhile (${shortId(head.digest)}), and it names another one before it`;
}

/** Why somebody may not add their signature to a publication; undefined when they may. */
export function refusePublication(
  actor: Actor,
  { version, head, publishedBy, draftRefused }: Publication,
  policies: PolicyOfPolicies,
): Refusal | undefined {
  const refusal = refuseAct('publish', actor, version, policies);
  if (refusal !== undefined) return refusal;
  const reason = whyNotNext(version, head);
  if (reason !== undefined) return { code: 'CONFLICT', reason };
  if (draftRefused !== undefined) return draftRefused;
  return publishedBy.includes(actor.name)
    ? { code: 'CONFLICT', reason: `${actor.name} has agreed to it already` }
    : undefined;
}

/** What a publication lacks. */
export interface MissingPublishers {
  readonly required: number;
  readonly roles: readonly string[];
  /** How many more people have to sign. */
  readonly count: number;
}

/** How many people of which roles a publication lacks. */
export function missingPublishers(
  { version, publishedBy }: Publication,
  policies: PolicyOfPolicies,
): MissingPublishers {
  const { roles, count: required } = ruleFor(policies, version).publish;
  return { required, roles, count: Math.max(0, required - publishedBy.length) };
}
