import { LanekeeperError } from '../../../../core/errors.js';
import { buildBook } from '../../../../core/governance/build-book.js';
import { problemsOfBook } from '../../../../core/governance/check-book.js';
import { digestOfText } from '../../../../core/governance/document.js';
import { readPaths } from '../../policy/read-paths.js';
import { shippedDocuments } from '../../policy/shipped.js';
import type { Context } from '../../program/context.js';

/**
 * Checks documents by themselves and together; what they do not bring themselves is what Lanekeeper brings.
 *
 * @throws INVALID_POLICY with every mistake
 */
export async function lint(context: Context, paths: readonly string[]): Promise<undefined> {
  const own = await readPaths(context, paths);
  const documents = new Map((await shippedDocuments()).map((one) => [`${one.kind}/${one.name}`, one]));
  for (const one of own) documents.set(`${one.kind}/${one.name}`, one);
  const book = buildBook(
    [...documents.values()].map(({ parsed, text }) => ({ parsed, version: 1, digest: digestOfText(text) })),
  );
  const problems = problemsOfBook(book);
  if (problems.length > 0)
    throw new LanekeeperError('INVALID_POLICY', {
      message: problems.length === 1 ? 'there is a mistake' : `there are ${String(problems.length)} mistakes`,
      object: paths.join(', '),
      why: problems.join('\n'),
      next: 'correct the files; docs/policies.md describes their format',
    });
  await context.show.list(
    'PolicyDocument',
    own.map(({ path, kind, name }) => ({ path, document: `${kind}/${name}` })),
    () => own.map(({ path, kind, name }) => `${path}: ${kind}/${name} is well written, and fits`).join('\n'),
  );
  return undefined;
}
