import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { FolderDocument } from '../../../adapters/policy-folder.js';
import { testSuffix } from '../../../adapters/policy-folder.js';
import { findPolicyTests } from '../../../adapters/policy-cases.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parsePolicyTest, type PolicyTest } from '../../../core/policy/testing/parse-cases.js';
import type { Context } from '../program/context.js';
import { readPaths } from './read-paths.js';

/** Tests, and the documents that are read with them. */
export interface TestsAndDocuments {
  readonly tests: readonly PolicyTest[];
  readonly documents: readonly FolderDocument[];
}

/**
 * Reads the tests in files and folders, and the documents there; with the file of a test the document beside it.
 *
 * @throws INVALID_POLICY; INVALID_INPUT when a path cannot be read, or there is no test
 */
export async function readTests(context: Context, paths: readonly string[]): Promise<TestsAndDocuments> {
  const files: string[] = [];
  const others: string[] = [];
  for (const path of paths) {
    const full = resolve(context.cwd, path);
    if (path.endsWith(testSuffix) && existsSync(full)) {
      files.push(full);
      const beside = full.replace(/\.test\.yaml$/, '.yaml');
      if (existsSync(beside)) others.push(beside);
      continue;
    }
    others.push(path);
    const found = await stat(full).catch(() => undefined);
    if (found?.isDirectory() === true) files.push(...(await findPolicyTests(full)));
    else files.push(...[full.replace(/\.yaml$/, testSuffix)].filter((beside) => beside !== full && existsSync(beside)));
  }
  const documents = await readPaths(context, [...new Set(others)]);
  const tests = await Promise.all([...new Set(files)].map((file) => readTest(context, file)));
  if (tests.length > 0) return { tests, documents };
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'there is no test',
    object: paths.join(', '),
    why: `a test stands beside its policy, as NAME${testSuffix}`,
    next: 'write one; docs/policies.md describes its format',
  });
}

async function readTest(context: Context, file: string): Promise<PolicyTest> {
  return parsePolicyTest(await readFile(file, 'utf8'), relative(context.cwd, file));
}
