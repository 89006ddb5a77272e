import type { FolderDocument } from '../../../adapters/policy-folder.js';
import type { DocumentKind } from '../../../core/governance/document.js';

/** What is named by others comes before them. */
const kindsInOrder: readonly DocumentKind[] = ['profile', 'policy', 'definition', 'governance'];

/** Documents in an order in which each comes after those of them that it names. */
export function inDraftOrder<T extends { readonly document: FolderDocument }>(all: readonly T[]): readonly T[] {
  const byName = new Map(all.map(({ document: { parsed } }) => [`${parsed.kind}/${parsed.name}`, parsed]));
  const depthOf = (name: string, seen: ReadonlySet<string> = new Set()): number => {
    const parsed = byName.get(`policy/${name}`);
    const below = parsed?.kind === 'policy' ? parsed.document.extends?.id : undefined;
    return below === undefined || seen.has(name) ? 0 : 1 + depthOf(below, new Set([...seen, name]));
  };
  const placeOf = ({ document: { kind, name } }: T) =>
    kindsInOrder.indexOf(kind) * 1_000 + (kind === 'policy' ? depthOf(name) : 0);
  return [...all].sort((a, b) => placeOf(a) - placeOf(b));
}
