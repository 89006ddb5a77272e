import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { LanekeeperError } from '../../../core/errors.js';
import type { PlainObject } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';

/** A page of changes. */
interface ChangePage<Change> {
  readonly changes: readonly Change[];
  /** What to ask for next; 0 for nothing. */
  readonly nextBefore: number;
}

/** Reads changes: the newest page of them, or all for somebody who checks them. */
export async function readChanges<Change>(
  read: (before: number) => Promise<ChangePage<Change>>,
  all: boolean,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  let before = 0;
  do {
    const page = await read(before);
    changes.push(...page.changes);
    before = all ? page.nextBefore : 0;
  } while (before > 0);
  return changes;
}

/** Shows who changed what, newest first. */
export async function showChanges<
  Change extends { revision: number; principal: string; changedAt?: Timestamp | undefined },
>(
  context: Context,
  kind: string,
  changes: readonly Change[],
  { plain, words }: { readonly plain: (one: Change) => PlainObject; readonly words: (one: Change) => string },
): Promise<void> {
  await context.show.list(kind, changes.map(plain), () =>
    renderTable(
      ['REVISION', 'BY', 'WHEN', 'WHAT'],
      changes.map((one) => [
        ...[String(one.revision), one.principal, relativeTime(instantOf(one.changedAt), context.now())],
        words(one),
      ]),
    ),
  );
}

/** Tells the result of checking a history. @throws SIGNATURE_INVALID when something is wrong with it */
export function tellChecked(
  context: Context,
  object: string,
  problems: readonly string[],
  count: number,
  restore: string,
): void {
  if (problems.length > 0)
    throw new LanekeeperError('SIGNATURE_INVALID', {
      message: `the history of ${object} is not what people have signed`,
      object,
      why: problems.slice(0, 10).join('; '),
      next: `find out who has changed the database, or revoked a key: lane keys list; then restore it from a backup, or ${restore}`,
    });
  context.terminal.note(
    count === 1
      ? 'its one revision is what somebody has signed'
      : `all ${String(count)} revisions are what people have signed`,
  );
}
