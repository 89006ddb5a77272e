import { bookOf } from '../../policy/book.js';
import { readPaths } from '../../policy/read-paths.js';
import type { Context } from '../../program/context.js';

/**
 * Checks documents by themselves and together; what they do not bring themselves is what Lanekeeper brings.
 *
 * @throws INVALID_POLICY with every mistake
 */
export async function lint(context: Context, paths: readonly string[]): Promise<undefined> {
  const own = await readPaths(context, paths);
  await bookOf(own, paths.join(', '));
  await context.show.list(
    'PolicyDocument',
    own.map(({ path, kind, name }) => ({ path, document: `${kind}/${name}` })),
    () => own.map(({ path, kind, name }) => `${path}: ${kind}/${name} is well written, and fits`).join('\n'),
  );
  return undefined;
}
