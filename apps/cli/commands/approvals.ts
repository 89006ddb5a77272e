import type { Command } from 'commander';
import { GovernanceCaseSchema } from '#gen/governance/v1/case_pb.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName } from '../output/words.js';

/** `lane approvals` */
export function define(command: Command, makeAction: MakeAction): void {
  command.option('--all', 'Also list what is waiting for others, and why not for you').action(
    makeAction(async (context, _args, options: { all?: true }) => {
      const { cases } = await (await context.api()).decisions.listPendingApprovals({ all: options.all === true });
      const { colours } = context.terminal;
      await context.show.list(
        'GovernanceCase',
        cases.map((each) => toPlain(GovernanceCaseSchema, each)),
        () => {
          if (cases.length === 0)
            return options.all === true
              ? 'nothing is waiting for approval'
              : `nothing is waiting for ${context.person}; list what is waiting for others with --all`;
          const promotionId = shortenIds(cases.map((each) => each.promotionId));
          const bundleId = shortenIds(cases.map((each) => each.bundleDigest));
          const titles = [
            'PROMOTION',
            'PRODUCT',
            'LANE',
            'BUNDLE',
            'SINCE',
            'REQUESTER',
            'AUTHOR',
            options.all === true ? 'WHY NOT ME' : 'MISSING',
          ];
          return renderTable(
            titles.map((title) => colours.dim(title)),
            cases.map((each) => [
              colours.bold(promotionId(each.promotionId)),
              each.product,
              laneName(each.lane),
              bundleId(each.bundleDigest),
              relativeTime(instantOf(each.openedAt), context.now()),
              each.requester || '-',
              each.author,
              options.all === true ? each.whyNotMe || colours.yellow('waiting for me') : each.missing,
            ]),
          );
        },
      );
      return undefined;
    }),
  );
}
