import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Restriction, RestrictionKind, RestrictionSchema } from '#gen/governance/v1/restriction_pb.js';
import { maxCalendarLength } from '../../../core/calendar/ical/lines.js';
import { inNoZone } from '../../../core/calendar/ical/moments.js';
import { readCalendar } from '../../../core/calendar/ical/read-calendar.js';
import { isOver } from '../../../core/calendar/spans.js';
import type { Window } from '../../../core/calendar/window.js';
import { canonicalJson } from '../../../core/hash.js';
import { usageError } from '../errors/report-error.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { counted } from '../output/counted.js';
import { harmless } from '../output/harmless.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';
import { whyUnreadable } from '../program/why-unreadable.js';
import { listAll, undone } from './submit.js';
import { kindFrom, type Reach, reachOf } from './window-options.js';
import { inOneLine, submitWindow, windowOf } from './window.js';

/** How a calendar is imported. */
export interface ImportOptions extends Reach {
  readonly prefix: string;
  readonly zone?: string;
  readonly yes?: true;
}

/** How many of each are told one by one. */
const mostTold = 50;

/**
 * Puts the events of a calendar as windows, after showing what changes. Importing it again changes what has changed; a
 * window whose event is gone stays until somebody ends it.
 */
export async function importCalendar(
  context: Context,
  file: string,
  options: ImportOptions,
): Promise<ExitCode | undefined> {
  const { prefix, zone, yes } = options;
  const { windows, skipped } = readCalendar(await textOf(context, file), {
    ...{ actions: ['DEPLOY'], inFlight: 'FINISH', ...reachOf(options), prefix, kind: kindFrom(options) },
    ...(zone !== undefined && { zone }),
  });
  const known = new Map(
    (await listAll(context, { kind: RestrictionKind.WINDOW, ended: true })).map((one) => [one.name, one]),
  );
  const wanted = windows.filter((window) => !isOver(window, context.now()));
  const changes = wanted.filter((window) => !says(known.get(window.name), window));
  const gone = [...known.values()].filter(
    ({ name, retired }) => !retired && name.startsWith(prefix) && !windows.some((window) => window.name === name),
  );
  tell(context, [
    ...skipped.slice(0, mostTold).map(({ line, what, why }) => `skipped, line ${String(line)}: ${what}: ${why}`),
    ...(skipped.length > mostTold ? [`and ${counted(skipped.length - mostTold, 'more')} skipped`] : []),
    ...(zone === undefined && skipped.some(({ why }) => why.includes(inNoZone))
      ? ['say in which zone these are, and import again: --zone Europe/Berlin']
      : []),
    ...changes.slice(0, mostTold).map(inOneLine),
    ...(changes.length > mostTold ? [`and ${String(changes.length - mostTold)} more`] : []),
    ...gone
      .slice(0, mostTold)
      .map(({ name }) => `not in this calendar: ${name}; lane window end ${name} --reason TEXT ends it`),
    ...(gone.length > 0 ? ['those of another calendar stay: import each calendar with a --prefix of its own'] : []),
    `${counted(windows.length - wanted.length, 'window')} over, ${String(wanted.length - changes.length)} as they are, ${String(changes.length)} to put`,
  ]);
  if (changes.length === 0) return showAll(context, []);
  if (!(await context.confirm(`Put ${counted(changes.length, 'window')} as ${context.person}?`, yes === true)))
    return undone(context);
  const put: Restriction[] = [];
  const told = new Set<string>();
  for (const window of changes) put.push(await submitWindow(context, window, known.get(window.name), told));
  return showAll(context, put);
}

async function showAll(context: Context, put: readonly Restriction[]): Promise<undefined> {
  await context.show.list(
    'Restriction',
    put.map((one) => toPlain(RestrictionSchema, one)),
    () =>
      put.length === 0
        ? 'nothing to put: the windows say what the calendar says'
        : put.map(({ name, revision }) => `${name}, revision ${String(revision)}`).join('\n'),
  );
  return undefined;
}

function tell(context: Context, lines: readonly string[]): void {
  for (const line of lines) context.terminal.note(harmless(line));
}

function says(restriction: Restriction | undefined, window: Window): boolean {
  return (
    restriction !== undefined && !restriction.retired && canonicalJson(windowOf(restriction)) === canonicalJson(window)
  );
}

async function textOf(context: Context, file: string): Promise<string> {
  const bytes = await readFile(resolve(context.cwd, file)).catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${whyUnreadable(error)}`, 'name a file of iCalendar text');
  });
  // Nobody decodes a hundred megabytes to be told that they are too many.
  return bytes.length > maxCalendarLength * 4 ? 'x'.repeat(maxCalendarLength + 1) : bytes.toString('utf8');
}
