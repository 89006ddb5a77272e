import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const page = () => readFile(join(root, 'docs', 'promises.md'), 'utf8');

interface Shown {
  readonly file: string;
  readonly title: string | undefined;
}

/** The tests that the rows of the page name: each title with the file before it, and each file on its own. */
function namedIn(text: string): Shown[] {
  const named: Shown[] = [];
  for (const row of text.split('\n').filter((line) => line.startsWith('|'))) {
    let file = '';
    for (const [, path, title] of (row.split(' | ')[1] ?? '').matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)) {
      file = path ?? file;
      named.push({ file, title });
    }
  }
  return named;
}

/** The test titles in the source of a test file: the first argument of a call whose second is a function. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1,\s*(?:async\b|\()/g)].map(([, , title = '']) =>
    title.replaceAll(/\\(.)/g, '$1'),
  );
}

/** What the page names although no test file has it. */
async function missingFrom(text: string): Promise<string[]> {
  const missing: string[] = [];
  for (const { file, title } of namedIn(text)) {
    const source = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (source === undefined) missing.push(`there is no ${file}`);
    else if (title !== undefined && !titlesIn(source).includes(title)) missing.push(`${file} has no test "${title}"`);
  }
  return missing;
}

describe('the promises', () => {
  it('are shown by tests that exist', async () => {
    expect(await missingFrom(await page())).toEqual([]);
  });

  it('cover every test file', async () => {
    const files = (await readdir(join(root, 'test'), { recursive: true }))
      .filter((name) => /\.test\.(ts|mjs)$/.test(name))
      .map((name) => `test/${name}`);
    const shown = namedIn(await page()).filter(({ title }) => title !== undefined);
    expect(new Set(shown.map(({ file }) => file))).toEqual(new Set(files));
  });

  it.each([
    ['`test/cli/stack.test.ts` "takes the flag"', 'test/cli/stack.test.ts has no test "takes the flag"'],
    [
      '`test/cli/init.test.ts` "writes a valid file from what it finds in one service", "no stack was found"',
      'test/cli/init.test.ts has no test "no stack was found"',
    ],
    ['`test/cli/absent.test.ts` "names every command"', 'there is no test/cli/absent.test.ts'],
    ['"names every command"', 'there is no '],
  ])('do not count as shown by a test that does not exist', async (cell, expected) => {
    expect((await missingFrom(`| A promise. | ${cell} |`))[0]).toContain(expected);
  });
});
