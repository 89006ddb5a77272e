import type { Command } from 'commander';
import { TransformationSchema } from '#gen/transformation/v1/transformation_pb.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { descriptions } from '../program/descriptions.js';
import { apply, type ChangeOptions, retire } from '../transformation/change.js';
import { history } from '../transformation/history.js';
import { show } from '../transformation/show.js';

/** `lane transformation apply | list | show | history | retire` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('apply')
    .description(
      'Put all of the content of a transformation from a file, signed with your own key, after showing what changes',
    )
    .argument('<file>', 'The file')
    .option('--revision <n>', 'The revision that it replaces; the newest if absent')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [file]: [string], options: ChangeOptions & { revision?: string }) =>
        apply(context, file, options),
      ),
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
    .option('--verify', 'Check every signature, that no revision is missing, and that what is there now was signed')
    .action(
      makeAction(async (context, [name]: [string], options: { verify?: true }) => history(context, name, options)),
    );
  command
    .command('retire')
    .description('Retire a transformation, signed with your own key: it counts for no product any more')
    .argument('<name>', 'Its name')
    .requiredOption('--reason <text>', 'Why')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [name]: [string], options: ChangeOptions & { reason: string }) =>
        retire(context, name, options),
      ),
    );
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
