import { LanekeeperError } from '../errors.js';

/** What a verdict can rest on. Both kinds are attestations; an approval is one that a person has made. */
export const refKinds = ['evidence', 'approval'] as const;

/** One of the kinds. */
export type RefKind = (typeof refKinds)[number];

/** Names one thing that a verdict rests on, so that whatever rests on it is found when it no longer holds. */
export interface Ref {
  readonly kind: RefKind;
  readonly id: string;
}

/** The form in which a ref is stored and searched for: `<kind>:<id>`. */
export function refText({ kind, id }: Ref): string {
  return `${kind}:${id}`;
}

/** Reads the stored form. @throws INTERNAL when it is none */
export function parseRef(text: string): Ref {
  const [word = '', ...rest] = text.split(':');
  const kind = refKinds.find((known) => known === word);
  const id = rest.join(':');
  if (kind === undefined || id === '')
    throw new LanekeeperError('INTERNAL', { message: 'a stored reference has no kind or no id', object: text });
  return { kind, id };
}

/** Each ref once. */
export function distinctRefs(refs: readonly Ref[]): readonly Ref[] {
  const seen = { evidence: new Set<string>(), approval: new Set<string>() };
  return refs.filter(({ kind, id }) => !seen[kind].has(id) && seen[kind].add(id));
}
