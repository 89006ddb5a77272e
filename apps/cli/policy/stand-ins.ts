import { basename } from 'node:path';
import type { UnreadDocument } from '../../../adapters/policy-folder.js';
import { type ParsedDocument, kindOfUnread } from '../../../core/governance/parse-document.js';

/** A document that says nothing. */
type StandIn = Extract<ParsedDocument, { readonly kind: 'policy' | 'profile' }>;

/**
 * What stands in for policies and profiles that cannot be read, so that documents which name them are not told that there
 * are none. Where not even their kind can be read, one of each.
 */
export function standInsFor(unread: readonly UnreadDocument[]): readonly StandIn[] {
  return unread.flatMap(({ path, text }) => {
    const kind = kindOfUnread(text);
    const written = /\bname["']?:[ \t]*["']?([a-z0-9][a-z0-9-]{0,62})/.exec(text)?.[1];
    const names = new Set([basename(path, '.yaml'), ...(written === undefined ? [] : [written])]);
    return [...names].flatMap((name) => [
      ...(kind === undefined || kind === 'policy' ? [policy(name, path)] : []),
      ...(kind === undefined || kind === 'profile' ? [profile(name, path)] : []),
    ]);
  });
}

function policy(name: string, fileName: string): StandIn {
  return { kind: 'policy', name, document: { kind: 'Policy', name, fileName, gates: [], remove: [], overrides: [] } };
}

function profile(name: string, fileName: string): StandIn {
  const says = { title: name, lexicon: {}, roleMap: {}, timeboxes: [], dashboards: [] };
  const layer = { fileName, gates: [], remove: [], overrides: [] };
  return { kind: 'profile', name, document: { kind: 'Profile', name, ...says, ...layer } };
}
