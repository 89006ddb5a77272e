import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { messageOf } from '../../../core/errors.js';
import { parseTransformation } from '../../../core/transformation/parse.js';
import {
  type Transformation,
  TransformationChangeSchema,
  TransformationSchema,
} from '#gen/transformation/v1/transformation_pb.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { newestRevision, submitAct } from '../transformation/submit.js';

/** `lane transformation apply | list | show | history | retire` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('apply')
    .description('Put all of the content of a transformation from a file, signed with your own key')
    .argument('<file>', 'The file')
    .option('--revision <n>', 'The revision that it replaces; the newest if absent')
    .action(
      makeAction(async (context, [file]: [string], { revision }: { revision?: string }) => {
        const { name, spec } = parseTransformation(await textOf(context, file), file);
        const replaced = revision === undefined ? await newestRevision(context, name) : revisionOf(revision);
        return show(context, await submitAct(context, { verb: 'put', name, spec, revision: replaced }));
      }),
    );
  command
    .command('list')
    .description('List transformations, those that were put last first')
    .option('--product <product>', 'Only those to which this product belongs')
    .action(makeAction(async (context, _args: [], { product = '' }: { product?: string }) => list(context, product)));
  command
    .command('show')
    .description('Show a transformation')
    .argument('<name>', 'Its name')
    .action(
      makeAction(async (context, [name]: [string]) => {
        const { transformation } = await (await context.api()).transformations.getTransformation({ name });
        return transformation && show(context, transformation);
      }),
    );
  command
    .command('history')
    .description('Show who changed what in a transformation, newest first')
    .argument('<name>', 'Its name')
    .action(makeAction(async (context, [name]: [string]) => history(context, name)));
  command
    .command('retire')
    .description('Retire a transformation, signed with your own key: it counts for no product any more')
    .argument('<name>', 'Its name')
    .requiredOption('--reason <text>', 'Why')
    .action(
      makeAction(async (context, [name]: [string], { reason }: { reason: string }) => {
        const revision = await newestRevision(context, name);
        return show(context, await submitAct(context, { verb: 'retire', name, revision, reason }));
      }),
    );
}

async function show(context: Context, one: Transformation): Promise<undefined> {
  await context.show.object('Transformation', toPlain(TransformationSchema, one), () =>
    [
      `${one.name}  ${one.title}, revision ${String(one.revision)} by ${one.changedBy}${one.retired ? ', retired' : ''}`,
      `profile ${one.profile}, stage ${one.stage || 'none'}, cadence ${one.cadence || 'none'}`,
      `${String(one.milestones.length)} milestones, ${String(one.timeboxes.length)} timeboxes, ${String(one.artifacts.length)} artifacts`,
      `products: ${one.products.join(', ') || 'none'}`,
    ].join('\n'),
  );
  return undefined;
}

async function list(context: Context, product: string): Promise<undefined> {
  const { transformations } = await (await context.api()).transformations.listTransformations({ product });
  const plain = transformations.map((one) => toPlain(TransformationSchema, one));
  await context.show.list('Transformation', plain, () =>
    transformations.length === 0
      ? 'there is none; lane transformation apply FILE makes one'
      : renderTable(
          ['NAME', 'PROFILE', 'STAGE', 'REVISION', 'CHANGED BY', 'WHEN', 'PRODUCTS'],
          transformations.map((one) => [
            ...[one.name, one.profile, one.stage, String(one.revision), one.changedBy],
            ...[relativeTime(instantOf(one.changedAt), context.now()), one.products.join(', ')],
          ]),
        ),
  );
  return undefined;
}

async function history(context: Context, name: string): Promise<undefined> {
  const { changes } = await (await context.api()).transformations.listTransformationChanges({ name });
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
  return undefined;
}

async function textOf(context: Context, file: string): Promise<string> {
  return readFile(resolve(context.cwd, file), 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${messageOf(error)}`, 'name a file with a transformation');
  });
}

function revisionOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--revision ${text} is not valid`, 'use a whole number, 0 for a transformation that is new');
}
