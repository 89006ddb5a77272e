import type { FolderDocument, UnreadDocument } from '../../../adapters/policy-folder.js';
import { buildBook } from '../../../core/governance/build-book.js';
import { unfilledMessages } from '../../../core/governance/careless-words.js';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { digestOfText } from '../../../core/governance/document.js';
import { refusalOfAll } from '../../../core/governance/refusals.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { shippedDocuments } from './shipped.js';
import { standInsFor } from './stand-ins.js';

/**
 * The rule book of documents; what they do not bring themselves is what Lanekeeper brings.
 *
 * @param object what the documents were read from, for errors
 * @param unread files that are no documents, each of which is refused
 * @throws INVALID_POLICY with every mistake of every file, and everything in which they do not fit together
 */
export async function bookOf(
  own: readonly FolderDocument[],
  object: string,
  unread: readonly UnreadDocument[] = [],
): Promise<RuleBook> {
  const standIns = standInsFor(unread);
  const documents = new Map(
    (await shippedDocuments()).map(({ kind, name, parsed, text }) => [`${kind}/${name}`, { parsed, text }]),
  );
  for (const parsed of standIns) documents.set(`${parsed.kind}/${parsed.name}`, { parsed, text: '' });
  for (const { kind, name, parsed, text } of own) documents.set(`${kind}/${name}`, { parsed, text });
  const book = buildBook(
    [...documents.values()].map(({ parsed, text }) => ({ parsed, version: 1, digest: digestOfText(text) })),
  );
  const problems = [
    ...own.flatMap(({ parsed }) => unfilledMessages(parsed)),
    ...problemsOfBook(book, new Set(standIns.map(({ document }) => document))),
  ];
  if (problems.length === 0 && unread.length === 0) return book;
  throw refusalOfAll(
    unread.map(({ refusal }) => refusal),
    problems,
    object,
  );
}
