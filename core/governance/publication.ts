import type { Refusal } from '../decision/check.js';
import type { Digest } from '../digest.js';
import { shortId } from '../ids.js';
import type { VersionName } from './document.js';
import { type ActedOn, type Actor, type PolicyOfPolicies, refuseAct, ruleFor } from './policy-of-policies.js';

/** A version that waits to be published, and what has become of it so far. */
export interface Publication {
  readonly version: ActedOn & Pick<VersionName, 'version' | 'previous'>;
  /** The newest published version of the document; absent where none was. */
  readonly head: { readonly version: number; readonly digest: Digest } | undefined;
  /** Who has signed that it is published. */
  readonly publishedBy: readonly string[];
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
  { version, head, publishedBy }: Publication,
  policies: PolicyOfPolicies,
): Refusal | undefined {
  const refusal = refuseAct('publish', actor, version, policies);
  if (refusal !== undefined) return refusal;
  const reason = whyNotNext(version, head);
  if (reason !== undefined) return { code: 'CONFLICT', reason };
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
