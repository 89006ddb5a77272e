import { didYouMean } from '../did-you-mean.js';
import { gateTypes } from '../policy/gate-types.js';
import { termsOf } from '../decision/verbs.js';
import type { Layer } from '../policy/layers/document.js';
import { type GatePatch, isList, isObject, type Json, type Origin } from '../policy/layers/merge.js';
import { placeholders, unknownPlaceholders } from '../policy/placeholders.js';
import type { ParsedDocument } from './parse-document.js';
import type { RuleBook } from './rule-book.js';

/** How many problems of one document are told. */
const most = 20;

/** Messages of gates that name in braces what nothing is filled in for, each with its place. */
export function unfilledMessages(parsed: ParsedDocument): readonly string[] {
  const known = placeholders.map((name) => `{${name}}`);
  return patchesIn(parsed)
    .flatMap(({ id, value, originOf }) => {
      const message = value['message'];
      if (typeof message !== 'string') return [];
      return unknownPlaceholders(message).map((typed) => {
        const meant = didYouMean(typed.replaceAll(/\s/g, ''), known);
        return `${wordsOfPlace(originOf(['message']))}: gate ${id}: nothing is filled in for ${typed} in its message; expected one of: ${known.join(', ')}${meant}`;
      });
    })
    .slice(0, most);
}

/**
 * Roles that gates of a document name and that nobody can have heard of: no profile and no policy of policies names them,
 * and Lanekeeper does not know them itself. Somebody may be enrolled with one nonetheless.
 *
 * @param enrolled roles that people have, where that is known
 */
export function unheardRoles(
  parsed: ParsedDocument,
  book: RuleBook,
  enrolled: Iterable<string> = [],
): readonly string[] {
  const known = new Set([...rolesOf(book), ...enrolled]);
  return patchesIn(parsed)
    .flatMap(({ id, value, originOf }) =>
      rolesIn(value, []).flatMap(({ role, path }) =>
        known.has(role)
          ? []
          : [
              `${wordsOfPlace(originOf(path))}: gate ${id} names the role ${role}, which is known to nobody here${didYouMean(role, known)}`,
            ],
      ),
    )
    .slice(0, most);
}

/** The roles that documents give a right or a title to, and those that Lanekeeper gives one. */
function rolesOf({ profiles, governance }: RuleBook): ReadonlySet<string> {
  return new Set([
    ...Object.values(termsOf).flatMap(({ right }) => (right.who === 'roles' ? right.roles : [])),
    ...Object.values(gateTypes).flatMap(({ brings = {} }) => rolesIn(brings, []).map(({ role }) => role)),
    ...governance.document.rules.flatMap(({ draft, publish, retire }) => [...draft, ...publish.roles, ...retire]),
    ...[...profiles.values()].flatMap(({ document }) =>
      Object.entries(document.roleMap).flatMap(([name, { role }]) => [name, role]),
    ),
  ]);
}

interface NamedRole {
  readonly role: string;
  readonly path: readonly string[];
}

/** Terms that ask for people, in which `roles` and `allOf` name roles. */
const ofPeople = ['approvals', 'checklist', 'waiver', 'evidence', 'metric'];

function rolesIn(gate: Readonly<Record<string, Json>>, path: readonly string[]): readonly NamedRole[] {
  return Object.entries(gate).flatMap(([key, value]) => {
    if (path.length === 0 && !ofPeople.includes(key)) return [];
    const here = [...path, key];
    const names = key === 'roles' || (key === 'allOf' && path.at(-1) === 'approvals');
    if (isList(value))
      return value.flatMap((one) =>
        typeof one === 'string' && names ? [{ role: one, path: here }] : isObject(one) ? rolesIn(one, here) : [],
      );
    return isObject(value) ? rolesIn(value, here) : [];
  });
}

function patchesIn(parsed: ParsedDocument): readonly GatePatch[] {
  if (parsed.kind !== 'policy' && parsed.kind !== 'profile') return [];
  const { gates, overrides }: Layer = parsed.document;
  return [...gates, ...overrides.flatMap(({ set, add }) => [...set, ...add])];
}

function wordsOfPlace({ file, line, column }: Origin): string {
  return `${file}:${String(line)}:${String(column)}`;
}
