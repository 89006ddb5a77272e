import type { Digest } from '../digest.js';
import type { EvidenceFact } from './facts.js';

/** The evidence of one kind, and that about each digest, in the order of the facts. */
export interface EvidenceOfKind {
  readonly all: readonly EvidenceFact[];
  about(subject: Digest): readonly EvidenceFact[];
}

type Index = ReadonlyMap<string, EvidenceOfKind>;

const indexes = new WeakMap<readonly EvidenceFact[], Index>();
const none: EvidenceOfKind = { all: [], about: () => [] };

/** Finds evidence by kind. All gates of a round share one index. */
export function evidenceOfKind(evidence: readonly EvidenceFact[], kind: string): EvidenceOfKind {
  let index = indexes.get(evidence);
  if (index === undefined) indexes.set(evidence, (index = indexOf(evidence)));
  return index.get(kind) ?? none;
}

function indexOf(evidence: readonly EvidenceFact[]): Index {
  const kinds = new Map<string, { readonly all: EvidenceFact[]; readonly bySubject: Map<Digest, EvidenceFact[]> }>();
  for (const item of evidence) {
    let known = kinds.get(item.kind);
    if (known === undefined) kinds.set(item.kind, (known = { all: [], bySubject: new Map() }));
    known.all.push(item);
    for (const subject of item.subjects) {
      const about = known.bySubject.get(subject);
      if (about === undefined) known.bySubject.set(subject, [item]);
      // A statement can name the same subject twice.
      else if (about.at(-1) !== item) about.push(item);
    }
  }
  return new Map(
    [...kinds].map(([kind, { all, bySubject }]) => [kind, { all, about: (subject) => bySubject.get(subject) ?? [] }]),
  );
}
