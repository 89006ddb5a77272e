import { LanekeeperError } from '../../../core/errors.js';
import type { TransformationChange } from '#gen/transformation/v1/transformation_pb.js';
import { TransformationChangeSchema } from '#gen/transformation/v1/transformation_pb.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { checkHistory } from './check-history.js';

/** Shows who changed what, newest first; with `verify`, after checking everything that people have signed. */
export async function history(
  context: Context,
  name: string,
  { verify }: { readonly verify?: true },
): Promise<undefined> {
  const { transformations, identity } = await context.api();
  const changes: TransformationChange[] = [];
  let before = 0;
  do {
    const page = await transformations.listTransformationChanges({ name, before, withStatements: verify === true });
    changes.push(...page.changes);
    before = verify === true ? page.nextBefore : 0;
  } while (before > 0);
  const plain = changes.map((one) => toPlain(TransformationChangeSchema, one));
  await context.show.list('TransformationChange', plain, () =>
    renderTable(
      ['REVISION', 'BY', 'WHEN', 'WHAT'],
      changes.map((one) => [
        ...[String(one.revision), one.principal, relativeTime(instantOf(one.changedAt), context.now())],
        one.words.join('; '),
      ]),
    ),
  );
  if (verify !== true) return undefined;
  const { tenant } = await identity.whoAmI({});
  const [{ principals }, { transformation }] = await Promise.all([
    identity.listPrincipals({}),
    transformations.getTransformation({ name }),
  ]);
  const problems = checkHistory({ tenant, name, changes, principals, transformation });
  if (problems.length > 0)
    throw new LanekeeperError('SIGNATURE_INVALID', {
      message: `the history of transformation ${name} is not what people have signed`,
      object: `transformation ${name}`,
      why: problems.slice(0, 10).join('; '),
      next: 'find out who has changed the database, or revoked a key: lane keys list; then restore it from a backup, or put the transformation again',
    });
  context.terminal.note(
    changes.length === 1
      ? 'its one revision is what somebody has signed'
      : `all ${String(changes.length)} revisions are what people have signed`,
  );
  return undefined;
}
