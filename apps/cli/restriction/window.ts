import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Restriction, RestrictionKind, RestrictionSchema } from '#gen/governance/v1/restriction_pb.js';
import { describeTimes } from '../../../core/calendar/describe.js';
import { parseWindow, readWindow } from '../../../core/calendar/parse.js';
import { isOver } from '../../../core/calendar/spans.js';
import type { Window } from '../../../core/calendar/window.js';
import { LanekeeperError } from '../../../core/errors.js';
import { canonicalJson } from '../../../core/hash.js';
import { usageError } from '../errors/report-error.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { harmless } from '../output/harmless.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderFields, renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { whyUnreadable } from '../program/why-unreadable.js';
import { findRestriction, listAll, revisionOf, type Said, submitRestrictionAct, undone } from './submit.js';
import { kindFrom, type Reach, reachOf } from './window-options.js';
import { windowOfMessage } from './window-of-message.js';

/** How a window is written on the command line. */
export interface WindowOptions extends Reach {
  readonly reason: string;
  readonly zone: string;
  readonly begins: string;
  readonly ends?: string;
  readonly lasts?: string;
  readonly recurrence?: string;
  readonly except?: readonly string[];
  readonly yes?: true;
}

/** Makes a window from options. @throws INVALID_INPUT naming every mistake; CONFLICT where there is one of this name */
export async function createWindow(
  context: Context,
  name: string,
  options: WindowOptions,
): Promise<ExitCode | undefined> {
  const { reason, zone, begins, ends, lasts, recurrence, except, yes } = options;
  const window = readWindow(
    {
      ...{ name, kind: kindFrom(options), reason, zone, begins },
      ...(ends !== undefined && { ends }),
      ...(lasts !== undefined && { lasts }),
      ...(recurrence !== undefined && { recurrence }),
      ...(except !== undefined && { except }),
      ...reachOf(options),
    },
    `window ${name}`,
  );
  const current = await findRestriction(context, RestrictionKind.WINDOW, name);
  if (current !== undefined && !current.retired)
    throw new LanekeeperError('CONFLICT', {
      message: `there is a window ${name} already`,
      object: `window ${name}`,
      why: `${current.changedBy} has put it`,
      next: `lane window show ${name} -o json; change it with lane window apply FILE`,
    });
  return put(context, window, current, yes);
}

/** Puts the window of a file, after showing what it is. What is there already changes nothing. */
export async function applyWindow(
  context: Context,
  file: string,
  { yes }: { readonly yes?: true },
): Promise<ExitCode | undefined> {
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${whyUnreadable(error)}`, 'name a file with a window');
  });
  const window = parseWindow(text, file);
  const current = await findRestriction(context, RestrictionKind.WINDOW, window.name);
  const before = current === undefined || current.retired ? undefined : windowOf(current);
  if (current !== undefined && before !== undefined && canonicalJson(before) === canonicalJson(window)) {
    context.terminal.note(`nothing to do: revision ${String(current.revision)} of ${window.name} says this already`);
    return showWindow(context, current);
  }
  return put(context, window, current, yes);
}

/** Ends a window: it closes nothing any more. */
export async function endWindow(
  context: Context,
  name: string,
  { reason, yes }: { readonly reason: string; readonly yes?: true },
): Promise<ExitCode | undefined> {
  const current = await requireWindow(context, name);
  context.terminal.note(harmless(inOneLine(windowOf(current))));
  if (!(await context.confirm(`End this window as ${context.person}?`, yes === true))) return undone(context);
  const ended = await submitRestrictionAct(context, (said) => ({
    ...{ ...said, verb: 'retire', kind: 'window', name, revision: revisionOf(current), reason },
  }));
  return showWindow(context, ended);
}

/** Shows the windows that are in force. */
export async function listWindows(
  context: Context,
  { product, ended }: { readonly product?: string; readonly ended?: true },
): Promise<undefined> {
  const found = await listAll(context, {
    ...{ kind: RestrictionKind.WINDOW, ended: ended === true },
    ...(product !== undefined && { product }),
  });
  await context.show.list(
    'Restriction',
    found.map((one) => toPlain(RestrictionSchema, one)),
    () =>
      found.length === 0
        ? 'there is none; lane window create makes one'
        : renderTable(
            ['WINDOW', 'KIND', 'WHEN', 'FOR', 'REASON'].map((title) => context.terminal.colours.dim(title)),
            found.map((one) => {
              const window = windowOf(one);
              const state = one.retired ? ', ended' : one.over ? ', over' : '';
              return [
                ...[window.name, `${window.kind.toLowerCase()}${state}`, describeTimes(window), scopeOf(window)],
                window.reason,
              ];
            }),
          ),
  );
  return undefined;
}

/** Shows one window. */
export async function showWindow(context: Context, one: Restriction): Promise<undefined> {
  const window = windowOf(one);
  await context.show.object('Restriction', toPlain(RestrictionSchema, one), () =>
    renderFields([
      [
        'window',
        `${window.name}, revision ${String(one.revision)}${one.retired ? ', ended' : one.over ? ', over: it does not come again' : ''}`,
      ],
      ['kind', window.kind.toLowerCase()],
      ['reason', window.reason],
      ['when', describeTimes(window)],
      ['rule', window.recurrence],
      ['for', scopeOf(window)],
      ['what', window.actions.map((action) => action.toLowerCase()).join(', ')],
      ['in flight', window.inFlight.toLowerCase()],
      ['put by', `${one.changedBy} ${relativeTime(instantOf(one.changedAt), context.now())}`],
    ]),
  );
  return undefined;
}

/** A window by its name. @throws NOT_FOUND */
export async function requireWindow(context: Context, name: string): Promise<Restriction> {
  const { restriction } = await (
    await context.api()
  ).restrictions.getRestriction({ kind: RestrictionKind.WINDOW, name });
  if (restriction === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named none' });
  return restriction;
}

async function put(
  context: Context,
  window: Window,
  current: Restriction | undefined,
  yes: true | undefined,
): Promise<ExitCode | undefined> {
  const { name } = window;
  context.terminal.note(harmless(inOneLine(window)));
  if (isOver(window, context.now()))
    throw usageError(`window ${name} is over: it never comes again`, 'say when it begins and ends, in its own zone');
  if (!(await context.confirm(`Put this window as ${context.person}?`, yes === true))) return undone(context);
  return showWindow(context, await submitWindow(context, window, current));
}

/** Signs and submits a window, in the place of what there is. @param told notices that were shown already */
export async function submitWindow(
  context: Context,
  { name, ...spec }: Window,
  current: Restriction | undefined,
  told?: Set<string>,
): Promise<Restriction> {
  const revision = revisionOf(current);
  const actOf = (said: Said) => ({ ...said, verb: 'put', kind: 'window', name, revision, spec }) as const;
  return submitRestrictionAct(context, actOf, told);
}

/** What a restriction that is a window says. */
export function windowOf({ name, spec }: Restriction): Window {
  if (spec.case !== 'window') throw new LanekeeperError('INTERNAL', { message: `${name} is no window` });
  return windowOfMessage(name, spec.value);
}

/** A window in one line. */
export function inOneLine(window: Window): string {
  const { name, kind, reason } = window;
  return `${kind.toLowerCase()} window ${name} for ${scopeOf(window)}, ${describeTimes(window)}: ${reason}`;
}

function scopeOf({ products, lanes, invokers }: Window): string {
  const what = `${lanes?.join(', ') ?? 'every lane'} of ${products?.join(', ') ?? 'every product'}`;
  return invokers === undefined ? what : `${what}, asked for by ${invokers.join(', ')}`;
}
