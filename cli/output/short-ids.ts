import { shortId } from '../../core/ids.js';

const shortest = 12;

/**
 * Shortens ids so that each stays unique among those shown: twelve characters, more where two begin alike. Whatever is shown is
 * accepted where ids are read.
 */
export function shortenIds(ids: readonly string[]): (id: string) => string {
  const bare = [...new Set(ids.map((id) => id.replace(/^sha256:/, '')))];
  let length = shortest;
  while (length < 64 && new Set(bare.map((id) => id.slice(0, length))).size < bare.length) length += 1;
  return (id) => (length === shortest ? shortId(id) : id.replace(/^sha256:/, '').slice(0, length));
}
