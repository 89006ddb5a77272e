import { unheardRoles } from '../../../../core/governance/careless-words.js';
import { bookOf } from '../../policy/book.js';
import { findPaths, requireSome } from '../../policy/read-paths.js';
import type { Context } from '../../program/context.js';

/**
 * Checks documents by themselves and together; what they do not bring themselves is what Lanekeeper brings.
 *
 * @throws INVALID_POLICY with every mistake, INVALID_INPUT when there is nothing to check
 */
export async function lint(context: Context, paths: readonly string[]): Promise<undefined> {
  const found = await findPaths(context, paths);
  requireSome(found, paths);
  const { documents, unread } = found;
  const book = await bookOf(documents, paths.join(', '), unread);
  const warnings = documents.map(({ parsed }) => unheardRoles(parsed, book));
  for (const warning of warnings.flat()) context.terminal.note(`warning: ${warning}`);
  await context.show.list(
    'PolicyDocument',
    documents.map(({ path, kind, name }, index) => ({
      ...{ path, document: `${kind}/${name}`, warnings: warnings[index] ?? [] },
    })),
    () => documents.map(({ path, kind, name }) => `${path}: ${kind}/${name} is well written, and fits`).join('\n'),
  );
  return undefined;
}
