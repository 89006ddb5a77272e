import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import { diffTransformation } from '../../../core/transformation/diff.js';
import { parseTransformation } from '../../../core/transformation/parse.js';
import type { Transformation } from '#gen/transformation/v1/transformation_pb.js';
import { domainErrorOf } from '../errors/domain-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { usageError } from '../errors/report-error.js';
import { harmless } from '../output/harmless.js';
import type { Context } from '../program/context.js';
import { whyUnreadable } from '../program/why-unreadable.js';
import { show } from './show.js';
import { specOf } from './spec-of.js';
import { submitAct } from './submit.js';

/** How many changes are shown before somebody is asked. */
const maxShown = 100;

/** How a transformation is changed. */
export interface ChangeOptions {
  readonly yes?: true;
}

/** Puts the content of a file, after showing what it changes. What is there already changes nothing. */
export async function apply(
  context: Context,
  file: string,
  { yes, revision }: ChangeOptions & { readonly revision?: string },
): Promise<ExitCode | undefined> {
  const { name, spec } = parseTransformation(await textOf(context, file), file);
  const current = await newest(context, name);
  const replaced = revision === undefined ? (current?.revision ?? 0) : revisionOf(revision);
  const before = current === undefined || current.retired ? undefined : specOf(current);
  const changes = diffTransformation(before, spec).map(({ words }) => words);
  if (current !== undefined && before !== undefined && changes.length === 0) {
    context.terminal.note(`nothing to do: revision ${String(current.revision)} of ${name} says this already`);
    return show(context, current);
  }
  context.terminal.note(
    before === undefined
      ? `transformation ${name} ${current === undefined ? 'is new' : 'is retired, and comes back'}:`
      : `transformation ${name}, after revision ${String(current?.revision)} by ${current?.changedBy ?? ''}:`,
  );
  for (const words of changes.slice(0, maxShown)) context.terminal.note(harmless(`  ${words}`));
  if (changes.length > maxShown) context.terminal.note(`  and ${String(changes.length - maxShown)} more`);
  if (!(await context.confirm(`Put this as ${context.person}?`, yes === true))) return undone(context);
  return show(context, await submitAct(context, { verb: 'put', name, spec, revision: replaced }));
}

/** Retires a transformation, after saying for which products it counts. */
export async function retire(
  context: Context,
  name: string,
  { yes, reason }: ChangeOptions & { readonly reason: string },
): Promise<ExitCode | undefined> {
  const { transformation } = await (await context.api()).transformations.getTransformation({ name });
  if (transformation === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named none' });
  const { revision, products, retired } = transformation;
  context.terminal.note(
    harmless(`transformation ${name}, revision ${String(revision)}, of ${products.join(', ') || 'no product'}`),
  );
  // Whoever is asked has to know that it changes nothing; that it is refused, the enrolment process says.
  const question = retired ? 'It is retired already. Send it again' : 'Retire this';
  if (!(await context.confirm(`${question} as ${context.person}?`, yes === true))) return undone(context);
  return show(context, await submitAct(context, { verb: 'retire', name, revision, reason }));
}

function undone(context: Context): ExitCode {
  context.terminal.note('nothing was done');
  return exitCodes.error;
}

/** A transformation as it is now, retired or not; undefined where there is none. */
async function newest(context: Context, name: string): Promise<Transformation | undefined> {
  const { transformations } = await context.api();
  return transformations.getTransformation({ name }).then(
    ({ transformation }) => transformation,
    (error: unknown) => {
      if (domainErrorOf(error)?.code === 'NOT_FOUND') return undefined;
      throw error;
    },
  );
}

async function textOf(context: Context, file: string): Promise<string> {
  return readFile(resolve(context.cwd, file), 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${whyUnreadable(error)}`, 'name a file with a transformation');
  });
}

function revisionOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--revision ${text} is not valid`, 'use a whole number, 0 for a transformation that is new');
}
