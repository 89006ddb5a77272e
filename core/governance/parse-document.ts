import { LanekeeperError } from '../errors.js';
import type { Policy, Profile } from '../policy/layers/document.js';
import { parsePolicy, parseProfile } from '../policy/parse.js';
import { parseDefinition, type PromotionDefinition } from './definition.js';
import type { DocumentKind, DocumentName } from './document.js';
import { governanceName } from './document.js';
import { parsePolicyOfPolicies, type PolicyOfPolicies } from './policy-of-policies.js';

/** A document as its text reads, with its name. */
export type ParsedDocument =
  | { readonly kind: 'policy'; readonly name: string; readonly document: Policy }
  | { readonly kind: 'profile'; readonly name: string; readonly document: Profile }
  | { readonly kind: 'definition'; readonly name: string; readonly document: PromotionDefinition }
  | { readonly kind: 'governance'; readonly name: string; readonly document: PolicyOfPolicies };

const kindOfFile: Readonly<Record<string, DocumentKind>> = {
  Policy: 'policy',
  Profile: 'profile',
  PromotionDefinition: 'definition',
  PolicyOfPolicies: 'governance',
};

/**
 * Reads a document of whichever kind its text says.
 *
 * @throws INVALID_POLICY
 */
export function parseDocument(text: string, fileName: string): ParsedDocument {
  const written = /^kind:[ \t]*["']?([A-Za-z]+)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];
  const kind = written === undefined ? undefined : kindOfFile[written];
  switch (kind) {
    case 'policy': {
      const document = parsePolicy(text, fileName);
      return { kind, name: document.name, document };
    }
    case 'profile': {
      const document = parseProfile(text, fileName);
      return { kind, name: document.name, document };
    }
    case 'definition': {
      const document = parseDefinition(text, fileName);
      return { kind, name: document.name, document };
    }
    case 'governance':
      return { kind, name: governanceName, document: parsePolicyOfPolicies(text, fileName) };
    case undefined:
      throw new LanekeeperError('INVALID_POLICY', {
        message: `${fileName} is no policy, profile, promotion definition or policy of policies`,
        object: `${fileName}:1:1`,
        why: written === undefined ? 'it has no kind at its top level' : `its kind is ${written}`,
        next: `write one of: ${Object.keys(kindOfFile)
          .map((name) => `kind: ${name}`)
          .join(', ')}`,
      });
  }
}

/** Whether a parsed document is the one of a name. */
export function isNamed(parsed: ParsedDocument, { kind, name }: DocumentName): boolean {
  return parsed.kind === kind && parsed.name === name;
}
