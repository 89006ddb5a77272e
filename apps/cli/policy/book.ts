import type { FolderDocument } from '../../../adapters/policy-folder.js';
import { LanekeeperError } from '../../../core/errors.js';
import { buildBook } from '../../../core/governance/build-book.js';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { digestOfText } from '../../../core/governance/document.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { shippedDocuments } from './shipped.js';

/**
 * The rule book of documents; what they do not bring themselves is what Lanekeeper brings.
 *
 * @param object what the documents were read from, for errors
 * @throws INVALID_POLICY with everything in which they do not fit together
 */
export async function bookOf(own: readonly FolderDocument[], object: string): Promise<RuleBook> {
  const documents = new Map((await shippedDocuments()).map((one) => [`${one.kind}/${one.name}`, one]));
  for (const one of own) documents.set(`${one.kind}/${one.name}`, one);
  const book = buildBook(
    [...documents.values()].map(({ parsed, text }) => ({ parsed, version: 1, digest: digestOfText(text) })),
  );
  const problems = problemsOfBook(book);
  if (problems.length === 0) return book;
  throw new LanekeeperError('INVALID_POLICY', {
    message: problems.length === 1 ? 'there is a mistake' : `there are ${String(problems.length)} mistakes`,
    object,
    why: problems.join('\n'),
    next: 'correct the files; docs/policies.md describes their format',
  });
}
