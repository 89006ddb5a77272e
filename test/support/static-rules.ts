import type { RuleSource } from '../../activities/policy/rule-source.js';
import { buildBook } from '../../core/governance/build-book.js';
import { parseDocument } from '../../core/governance/parse-document.js';
import type { RuleBook } from '../../core/governance/rule-book.js';
import { digestOf } from '../../core/hash.js';
import { shippedTexts } from './rules.js';

/** A rule book with what Lanekeeper brings and other documents, each of which replaces one of the same name. */
export async function bookWith(...texts: readonly string[]): Promise<RuleBook> {
  const all = [...(await shippedTexts()), ...texts].map((text, index) => parseDocument(text, `file-${index}.yaml`));
  return buildBook(all.map((parsed) => ({ parsed, version: 1, digest: digestOf(parsed.name) })));
}

/** Rules that are believed without any signature. */
export function staticRules(book: RuleBook): RuleSource {
  return { inForce: () => Promise.resolve(book), load: () => Promise.resolve(book) };
}
