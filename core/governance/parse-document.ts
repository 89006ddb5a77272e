import { isMap, isScalar, LineCounter, parseDocument as parseYaml } from 'yaml';
import { didYouMean, nearest } from '../did-you-mean.js';
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
  const written = kindIn(text);
  const kind = written === undefined ? undefined : kindOfFile[written.kind];
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
      throw ofNoKind(fileName, written);
  }
}

interface WrittenKind {
  readonly kind: string;
  readonly line: number;
  readonly column: number;
}

/** The kind that a text says at its top level, in YAML or, which is YAML as well, in JSON. */
function kindIn(text: string): WrittenKind | undefined {
  const found = /^(["']?)kind\1:[ \t]*["']?([A-Za-z]+)["']?[ \t]*(?:#.*)?$/m.exec(text);
  const [, , kind] = found ?? [];
  if (found !== null && kind !== undefined)
    return { kind, line: text.slice(0, found.index).split('\n').length, column: 1 };
  if (!text.trimStart().startsWith('{') || text.length > maxFlowLength) return undefined;
  const lines = new LineCounter();
  const { contents } = parseYaml(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const pair = isMap(contents) ? contents.items.find(({ key }) => isScalar(key) && key.value === 'kind') : undefined;
  const { key, value }: { readonly key?: unknown; readonly value?: unknown } = pair ?? {};
  if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return undefined;
  const { line, col } = lines.linePos(key.range?.[0] ?? 0);
  return { kind: value.value, line, column: col };
}

/** How long a text in braces may be, in characters: no document is longer. */
const maxFlowLength = 256 * 1024;

/** What stands beside documents and is none, and what reads it. */
const otherKinds: Readonly<Record<string, string>> = {
  PolicyTest: 'tests are named NAME.test.yaml, after the policy beside them, and run by lane policy test',
  Transformation: 'transformations are put by lane transformation apply FILE',
  Product: 'products are added by lane product add',
};

function ofNoKind(fileName: string, written: WrittenKind | undefined): LanekeeperError {
  const known = Object.keys(kindOfFile);
  const { kind, line, column } = written ?? { kind: '', line: 1, column: 1 };
  return new LanekeeperError('INVALID_POLICY', {
    message: `${fileName} is no policy, profile, promotion definition or policy of policies`,
    object: `${fileName}:${String(line)}:${String(column)}`,
    why: written === undefined ? 'it has no kind at its top level' : `its kind is ${kind}${didYouMean(kind, known)}`,
    next: otherKinds[kind] ?? `write one of: ${known.map((name) => `kind: ${name}`).join(', ')}`,
  });
}

/** A text that cannot be read as the document that it may be: other documents may name it nonetheless. */
export function kindOfUnread(text: string): DocumentKind | undefined {
  const written = kindIn(text)?.kind ?? '';
  return kindOfFile[nearest(written, Object.keys(kindOfFile)) ?? ''];
}

/** Whether a parsed document is the one of a name. */
export function isNamed(parsed: ParsedDocument, { kind, name }: DocumentName): boolean {
  return parsed.kind === kind && parsed.name === name;
}
