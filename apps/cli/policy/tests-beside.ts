import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FolderDocument } from '../../../adapters/policy-folder.js';
import { testSuffix } from '../../../adapters/policy-folder.js';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { buildBook, type VersionInForce } from '../../../core/governance/build-book.js';
import { digestOfText } from '../../../core/governance/document.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { wordsOfMismatch } from '../../../core/policy/testing/junit.js';
import { parsePolicyTest } from '../../../core/policy/testing/parse-cases.js';
import { runPolicyTests } from '../../../core/policy/testing/run-cases.js';
import { whyNotTestOf } from '../../../core/policy/testing/test-of.js';
import { PolicyState } from '#gen/governance/v1/governance_service_pb.js';
import type { Context } from '../program/context.js';
import { nameOf } from './words.js';
import { counted } from '../output/counted.js';

/** A document, and the text of the tests that stand beside its file; empty where none do. */
export interface DocumentAndTests {
  readonly document: FolderDocument;
  readonly tests: string;
}

/** Reads the tests that stand beside the file of a document. */
export async function readTestsBeside(document: FolderDocument): Promise<DocumentAndTests> {
  const file = document.file.replace(/\.yaml$/, testSuffix);
  const isThere = file !== document.file && existsSync(file);
  return { document, tests: isThere ? await readFile(file, 'utf8') : '' };
}

/**
 * Runs the tests of documents that are to be drafted, over what is in force on the stack for everything else.
 *
 * @throws TESTS_FAILED naming each case that fails and why; INVALID_POLICY when tests have mistakes or are about something else
 */
export async function requirePassingTests(context: Context, drafts: readonly DocumentAndTests[]): Promise<void> {
  const tested = drafts.filter(({ tests }) => tests !== '');
  if (tested.length === 0) return;
  const book = buildBook(
    await withDrafts(
      context,
      drafts.map(({ document }) => document),
    ),
  );
  for (const { document, tests } of tested) {
    const fileName = document.path.replace(/\.yaml$/, testSuffix);
    const test = parsePolicyTest(tests, fileName);
    const why = whyNotTestOf(test, document);
    if (why !== undefined)
      throw new LanekeeperError('INVALID_POLICY', {
        ...{ message: `${fileName} cannot come with ${basename(document.path)}`, object: fileName, why },
        next: `name ${document.kind} ${document.name} in its spec, or leave it out: --without-tests`,
      });
    const { cases } = runPolicyTests(book, [test]);
    const failed = cases.filter(({ mismatches }) => mismatches.length > 0);
    const passed = `${String(cases.length - failed.length)} of ${counted(cases.length, 'case')} passed`;
    if (failed.length > 0)
      throw new LanekeeperError('TESTS_FAILED', {
        message: `nothing was drafted: ${passed} in the tests of ${document.kind}/${document.name}`,
        object: fileName,
        why: failed
          .map(({ name, file, line, mismatches }) =>
            [`${name} (${file}:${String(line)})`, ...mismatches.map((one) => `  ${wordsOfMismatch(one)}`)].join('\n'),
          )
          .join('\n'),
        next: 'correct the policy or its tests, or leave them out: --without-tests',
      });
    context.terminal.note(`${fileName}: ${passed}`);
  }
}

/** What would be in force on the stack if some documents were. */
export async function withDrafts(
  context: Context,
  drafts: readonly FolderDocument[],
): Promise<readonly VersionInForce[]> {
  const { governance } = await context.api();
  const { versions } = await governance.listPolicyVersions({ states: [PolicyState.PUBLISHED] });
  const inForce: VersionInForce[] = [];
  for (const version of versions) {
    const { text } = await governance.getPolicyVersion({ version: version.digest });
    const parsed = parseDocument(text, nameOf(version));
    if (drafts.some(({ kind, name }) => kind === parsed.kind && name === parsed.name)) continue;
    inForce.push({ parsed, version: version.version, digest: parseDigest(version.digest) });
  }
  return [...inForce, ...drafts.map(({ parsed, text }) => ({ parsed, version: 1, digest: digestOfText(text) }))];
}
