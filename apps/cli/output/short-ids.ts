import { shortId } from '../../../core/ids.js';

const minimumLength = 12;

/**
 * Shortens ids so that each stays unique among those shown: to twelve characters, or more where two would be the same.
 * A digest keeps its beginning, a run id its end. Every shortened id is accepted as input.
 */
export function shortenIds(ids: readonly string[]): (id: string) => string {
  const distinct = [...new Set(ids)];
  let length = minimumLength;
  while (length < 64 && new Set(distinct.map((id) => cut(id, length))).size < distinct.length) length += 1;
  return (id) => cut(id, length);
}

function cut(id: string, length: number): string {
  if (length === minimumLength) return shortId(id);
  return id.startsWith('sha256:') ? id.slice(7, 7 + length) : id.slice(-length);
}
