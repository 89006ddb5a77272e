import type { Digest } from '../digest.js';
import { canonicalJson, digestOf, type Hashing, portableHashing } from '../hash.js';
import type { PolicyFacts } from './facts.js';
import type { ReadScope } from './read-scope.js';

/** One fact: canonical JSON, named by its sha256. Equal facts have one name, whichever rounds they are of. */
export interface NamedFact {
  readonly digest: Digest;
  readonly content: string;
}

/** What a round of gates was decided on, as it is stored. */
export interface FactSheet {
  /** Each fact once. */
  readonly facts: readonly NamedFact[];
  /** The names of all facts, in the order in which they are put together again. */
  readonly list: readonly Digest[];
}

/** What a round of gates was decided on. */
export interface RoundFacts {
  readonly facts: PolicyFacts;
  /** What was read for it; nothing is known of the rest. */
  readonly read: ReadScope;
}

/** The content of a fact: which part of the facts it is, or one of which list it is a member. */
interface Part {
  readonly part: string;
  readonly value: unknown;
}

/** The long lists: each member is a fact of its own, so that a round that sees one more adds that one alone. */
const lists = { evidence: 'evidence', approvals: 'approvals', brought: 'bundle.commits.brought' } as const;

/** The part that says what was read. No member of the facts is called so. */
const scopePart = '#read';

/**
 * Takes what a round of gates was decided on apart: each member of the long lists and every other part becomes a fact.
 *
 * @param hashing that of the platform, where it has one
 */
export function takeApart({ facts, read }: RoundFacts, hashing: Hashing = portableHashing): FactSheet {
  const byDigest = new Map<Digest, NamedFact>();
  const list = partsOf(facts, read).map((part) => {
    const content = canonicalJson(part);
    const digest = digestOf(content, hashing);
    byDigest.set(digest, { digest, content });
    return digest;
  });
  return { facts: [...byDigest.values()], list };
}

function partsOf({ evidence, approvals, bundle, ...rest }: PolicyFacts, read: ReadScope): readonly Part[] {
  const { brought } = bundle.commits;
  const single = { ...rest, bundle: { ...bundle, commits: { ...bundle.commits, brought: [] } }, [scopePart]: read };
  const entries: readonly (readonly [string, unknown])[] = Object.entries(single);
  return [
    ...entries.flatMap(([part, value]) => (value === undefined ? [] : [{ part, value }])),
    ...membersOf(lists.evidence, evidence),
    ...membersOf(lists.approvals, approvals),
    ...membersOf(lists.brought, brought),
  ];
}

function membersOf(part: string, values: readonly unknown[]): readonly Part[] {
  return values.map((value) => ({ part, value }));
}

/**
 * Puts facts together again: the inverse of {@link takeApart}.
 *
 * @param contents the parsed contents of the facts of a list, in its order; their digests prove that they are what was
 *   taken apart. Values are shared with what is returned.
 */
export function putTogether(contents: readonly unknown[]): RoundFacts {
  const single: Record<string, unknown> = {};
  const members: Record<string, unknown[]> = { [lists.evidence]: [], [lists.approvals]: [], [lists.brought]: [] };
  for (const { part, value } of contents as readonly Part[]) {
    if (Object.hasOwn(members, part)) members[part]?.push(value);
    else single[part] = value;
  }
  const { [scopePart]: read, ...rest } = single;
  const { bundle } = rest as unknown as Pick<PolicyFacts, 'bundle'>;
  const facts = {
    ...rest,
    bundle: { ...bundle, commits: { ...bundle.commits, brought: members[lists.brought] } },
    evidence: members[lists.evidence],
    approvals: members[lists.approvals],
  };
  return { facts: facts as unknown as PolicyFacts, read: read as ReadScope };
}
