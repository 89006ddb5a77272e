import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { bookWith } from '../../support/static-rules.js';

const docs = join(import.meta.dirname, '../../../docs');
const pages = ['policies.md', 'profiles/scrum.md', 'profiles/safe.md', 'profiles/togaf.md'];

/** The documents that a page shows. */
async function documentsIn(page: string): Promise<readonly string[]> {
  const text = await readFile(join(docs, page), 'utf8');
  return [...text.matchAll(/^```yaml\n(apiVersion:[^]*?)^```$/gm)].map(([, document = '']) => document);
}

describe('what the guides for policies show', () => {
  test.each(pages)('in %s are documents that are well written, and fit with what Lanekeeper brings', async (page) => {
    const documents = await documentsIn(page);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents)
      expect([document, problemsOfBook(await bookWith(document))]).toEqual([document, []]);
  });
});
