import { describe, expect, test } from '@jest/globals';
import { RecentBooks } from '../../../activities/policy/recent-books.js';
import { buildBook } from '../../../core/governance/build-book.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { digestOf } from '../../../core/hash.js';
import { shippedTexts } from '../../support/rules.js';

describe('what is remembered of rules', () => {
  test('is the newest of each tenant, however often rules change, and of those asked for last', async () => {
    const books = new RecentBooks();
    const [governance = ''] = await shippedTexts();
    const book = buildBook([{ parsed: parseDocument(governance, 'it'), version: 1, digest: digestOf('it') }]);
    books.put('other', 'first', book);
    for (let version = 0; version < 1_000; version += 1) books.put('default', String(version), book);
    const known = (tenant: string) =>
      Array.from({ length: 1_000 }, (_, version) => String(version)).filter((one) => books.get(tenant, one) === book);
    expect(known('default')).toEqual(['997', '998', '999']);
    expect(books.get('other', 'first')).toBe(book);
    for (let tenant = 0; tenant < 500; tenant += 1) books.put(`tenant-${String(tenant)}`, 'first', book);
    expect([books.get('other', 'first'), books.get('default', '999')]).toEqual([undefined, undefined]);
    expect(books.get('tenant-0', 'first')).toBe(book);
  });
});
