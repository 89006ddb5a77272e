import type { Digest } from '../digest.js';
import { digestOf, digestOfJson } from '../hash.js';

/** What is published in versions: policies, profiles, promotion definitions, and the policy of policies. */
export const documentKinds = ['policy', 'profile', 'definition', 'governance'] as const;

/** One of the kinds. */
export type DocumentKind = (typeof documentKinds)[number];

/** The name of the only document of kind `governance`. */
export const governanceName = 'governance';

/** Which document. */
export interface DocumentName {
  readonly kind: DocumentKind;
  readonly name: string;
}

/** What a version is, by which it is named: its digest is that of this in canonical JSON. */
export interface VersionName extends DocumentName {
  /** From 1, rising by one. */
  readonly version: number;
  /** The digest of the version that was published before it; absent for the first. */
  readonly previous?: Digest;
  /** The digest of its text. */
  readonly content: Digest;
}

/** Where a version stands. */
export type VersionState = 'DRAFT' | 'PENDING_APPROVAL' | 'PUBLISHED' | 'RETIRED';

/** Where a version stands among the others of its document: one that waits is overtaken when another was published in its place. */
export type VersionStanding = VersionState | 'OVERTAKEN';

/** The digest that names a version. It covers the version before it, so that versions form a chain. */
export function digestOfVersion({ kind, name, version, previous, content }: VersionName): Digest {
  return digestOfJson({ kind, name, version, ...(previous !== undefined && { previous }), content });
}

/** `policy default`, as people are told. */
export function wordsOf({ kind, name }: DocumentName): string {
  return kind === 'governance' ? 'the policy of policies' : `${kind} ${name}`;
}

/** A document as it was installed. */
export interface InstalledDocument extends DocumentName {
  readonly content: Digest;
}

/**
 * The documents with which a tenant begins, in canonical order. The digest of this list is pinned at installation, outside
 * of the database: it is what every chain of versions ends at.
 */
export function installationOf(documents: readonly InstalledDocument[]): readonly InstalledDocument[] {
  return [...documents]
    .map(({ kind, name, content }) => ({ kind, name, content }))
    .sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
}

/** The digest of an installation. */
export function digestOfInstallation(documents: readonly InstalledDocument[]): Digest {
  return digestOfJson(installationOf(documents));
}

/** The first version of an installed document. */
export function firstVersion({ kind, name, content }: InstalledDocument): VersionName {
  return { kind, name, version: 1, content };
}

/** The digest of a document's text. */
export function digestOfText(text: string): Digest {
  return digestOf(new TextEncoder().encode(text));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
