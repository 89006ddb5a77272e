import type { Digest } from '../digest.js';
import type { PolicyAct } from '../evidence/policy-act.js';
import {
  digestOfInstallation,
  digestOfText,
  digestOfVersion,
  firstVersion,
  type InstalledDocument,
  type VersionName,
  wordsOf,
} from './document.js';

/** A published version, as it is stored. */
export interface ChainedVersion extends VersionName {
  readonly digest: Digest;
  readonly text: string;
}

/** What somebody has signed about a version, its signature verified. */
export interface VerifiedAct {
  readonly act: PolicyAct;
  /** Whether the key counted when the statement was registered; one that was revoked since a time before that does not. */
  readonly counts: boolean;
}

/** What the versions of one document are checked against. */
export interface ChainEvidence {
  readonly tenant: string;
  /** The installation, as it is stored, and its digest, as it is pinned outside of the database. */
  readonly installation: readonly InstalledDocument[];
  readonly pinned: Digest;
  /** Whether the keys of the newest version have to count still, as those of the others need not. */
  readonly keysCount?: boolean;
  /** What people have signed about each version. */
  readonly actsOn: (version: Digest) => readonly VerifiedAct[];
}

/**
 * Why the newest of some versions is not to be believed; undefined when it is. Versions form a chain: from what was
 * installed, each names the one before it, none is missing, and each was drafted by one person and published by another.
 * An older version that was put back, or one that skips another, has no place in it.
 *
 * Of those that have been replaced the signatures have to be right, but their keys may have been revoked since: whoever
 * published the next one has signed for them, too.
 *
 * @param versions all published versions of the document, from the first to the newest
 */
export function problemOfChain(versions: readonly ChainedVersion[], evidence: ChainEvidence): string | undefined {
  if (digestOfInstallation(evidence.installation) !== evidence.pinned)
    return 'what was installed is not what is pinned';
  let previous: ChainedVersion | undefined;
  for (const version of versions) {
    const problem = problemOfLink(version, previous) ?? problemOfOrigin(version, version === versions.at(-1), evidence);
    if (problem !== undefined) return `version ${String(version.version)} of ${wordsOf(version)} ${problem}`;
    previous = version;
  }
  return previous === undefined ? 'no version was published' : undefined;
}

/** Why a version is not the one that follows another; undefined when it is. */
export function problemOfLink(version: ChainedVersion, previous: ChainedVersion | undefined): string | undefined {
  if (digestOfVersion(version) !== version.digest || digestOfText(version.text) !== version.content)
    return 'was changed after it was signed';
  if (version.version !== (previous?.version ?? 0) + 1) return 'does not follow the one before it';
  if (version.previous !== previous?.digest) return 'names another one before it';
  return undefined;
}

/** Why a version is neither what was installed, nor drafted by one person and published by another; undefined when it is. */
export function problemOfOrigin(
  version: ChainedVersion,
  isNewest: boolean,
  evidence: ChainEvidence,
): string | undefined {
  const installed = evidence.installation.find(({ kind, name }) => kind === version.kind && name === version.name);
  if (version.version === 1 && installed !== undefined)
    return digestOfVersion(firstVersion(installed)) === version.digest ? undefined : 'is not what was installed';
  const acts = evidence
    .actsOn(version.digest)
    .filter(({ act, counts }) => {
      return (
        act.tenant === evidence.tenant &&
        digestOfVersion(act.document) === version.digest &&
        (counts || !isNewest || evidence.keysCount === false)
      );
    })
    .map(({ act }) => act);
  const author = acts.find(({ verb }) => verb === 'draft')?.principal;
  if (author === undefined) return 'has no author whose signature counts';
  return acts.some(({ verb, principal }) => verb === 'publish' && principal !== author)
    ? undefined
    : 'was not published by anybody other than its author';
}
