import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Policy, Profile } from '../policy/layers/document.js';
import type { PromotionDefinition } from './definition.js';
import { governanceName } from './document.js';
import type { ParsedDocument } from './parse-document.js';
import type { InForce, RuleBook } from './rule-book.js';

/** A parsed document, and which version of it is in force. */
export interface VersionInForce {
  readonly parsed: ParsedDocument;
  readonly version: number;
  readonly digest: Digest;
}

/** The documents of a rule book, the inverse of `buildBook`. */
export function versionsIn({ policies, profiles, definitions, governance }: RuleBook): readonly VersionInForce[] {
  return [
    { ...governance, parsed: { kind: 'governance', name: governanceName, document: governance.document } },
    ...[...policies].map(([name, one]) => ({
      ...one,
      parsed: { kind: 'policy', name, document: one.document } as const,
    })),
    ...[...profiles].map(([name, one]) => ({
      ...one,
      parsed: { kind: 'profile', name, document: one.document } as const,
    })),
    ...[...definitions].map(([name, one]) => ({
      ...one,
      parsed: { kind: 'definition', name, document: one.document } as const,
    })),
  ];
}

/** The rule book of a tenant. @throws INVALID_POLICY when it has no policy of policies */
export function buildBook(inForce: readonly VersionInForce[]): RuleBook {
  const policies = new Map<string, InForce<Policy>>();
  const profiles = new Map<string, InForce<Profile>>();
  const definitions = new Map<string, InForce<PromotionDefinition>>();
  let governance: RuleBook['governance'] | undefined;
  for (const { parsed, version, digest } of inForce) {
    const at = <T>(document: T): InForce<T> => ({ document, version, digest });
    switch (parsed.kind) {
      case 'policy':
        policies.set(parsed.name, at(parsed.document));
        break;
      case 'profile':
        profiles.set(parsed.name, at(parsed.document));
        break;
      case 'definition':
        definitions.set(parsed.name, at(parsed.document));
        break;
      case 'governance':
        governance = at(parsed.document);
        break;
    }
  }
  if (governance !== undefined) return { policies, profiles, definitions, governance };
  throw new LanekeeperError('INVALID_POLICY', {
    message: 'there is no policy of policies in force',
    object: 'governance governance',
    next: 'restore the database from a backup, or install the policies: stack migrate',
  });
}
