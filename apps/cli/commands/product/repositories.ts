import type { Command } from 'commander';
import { type AllowedRepository, AllowedRepositorySchema } from '#gen/release/v1/product_pb.js';
import { toPlain } from '../../output/plain.js';
import { relativeTime } from '../../output/relative-time.js';
import { renderTable } from '../../output/table.js';
import { instantOf } from '../../output/words.js';
import type { MakeAction } from '../../program/command-module.js';
import type { Context } from '../../program/context.js';

/** `lane product repositories list | allow | disallow` */
export function defineRepositories(parent: Command, makeAction: MakeAction): void {
  const command = parent.command('repositories').description('List, allow or disallow repositories to release from');
  command
    .command('list')
    .description('List the repositories that releases are allowed from')
    .action(
      makeAction(async (context) => {
        const { repositories } = await (await context.api()).products.listRepositories({});
        return show(context, repositories);
      }),
    );
  command
    .command('allow')
    .description('Allow a repository; once one is allowed, all others are refused')
    .argument('<pattern>', 'A folder or URL, or the beginning of several and /*')
    .action(
      makeAction(async (context, [pattern]: [string]) => {
        const { repositories } = await (await context.api()).products.allowRepository({ pattern });
        return show(context, repositories);
      }),
    );
  command
    .command('disallow')
    .description('Take back what was allowed')
    .argument('<pattern>', 'The pattern as it was allowed')
    .action(
      makeAction(async (context, [pattern]: [string]) => {
        const { repositories } = await (await context.api()).products.disallowRepository({ pattern });
        return show(context, repositories);
      }),
    );
}

async function show(context: Context, repositories: readonly AllowedRepository[]): Promise<undefined> {
  await context.show.list(
    'AllowedRepository',
    repositories.map((repository) => toPlain(AllowedRepositorySchema, repository)),
    () =>
      repositories.length === 0
        ? 'every repository is allowed'
        : renderTable(
            ['REPOSITORY', 'ALLOWED', 'BY'],
            repositories.map((one) => [
              one.pattern,
              relativeTime(instantOf(one.allowedAt), context.now()),
              one.allowedBy,
            ]),
          ),
  );
  return undefined;
}
