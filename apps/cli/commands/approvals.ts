import type { Command } from 'commander';
import { CaseKind, type GovernanceCase, GovernanceCaseSchema } from '#gen/governance/v1/case_pb.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName } from '../output/words.js';
import type { Context } from '../program/context.js';

/** `lane approvals` */
export function define(command: Command, makeAction: MakeAction): void {
  command.option('--all', 'Also list what is waiting for others, and why not for you').action(
    makeAction(async (context, _args, options: { all?: true }) => {
      const all = options.all === true;
      const { cases } = await (await context.api()).decisions.listPendingApprovals({ all });
      await context.show.list(
        'GovernanceCase',
        cases.map((each) => toPlain(GovernanceCaseSchema, each)),
        () => textOf(cases, all, context),
      );
      return undefined;
    }),
  );
}

function textOf(cases: readonly GovernanceCase[], all: boolean, context: Context): string {
  if (cases.length === 0)
    return all
      ? 'nothing is waiting for approval'
      : `nothing is waiting for ${context.person}; list what is waiting for others with --all`;
  const approvals = cases.filter(({ kind }) => kind === CaseKind.APPROVAL);
  const publications = cases.filter(({ kind }) => kind === CaseKind.PUBLICATION);
  return [
    ...(approvals.length === 0 ? [] : [approvalTable(approvals, all, context)]),
    ...(publications.length === 0 ? [] : [publicationTable(publications, all, context)]),
  ].join('\n\n');
}

function approvalTable(cases: readonly GovernanceCase[], all: boolean, context: Context): string {
  const { colours } = context.terminal;
  const promotionId = shortenIds(cases.map((each) => each.promotionId));
  const bundleId = shortenIds(cases.map((each) => each.bundleDigest));
  const titles = ['PROMOTION', 'PRODUCT', 'LANE', 'BUNDLE', 'SINCE', 'REQUESTER', 'AUTHOR', lastTitle(all)];
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
      lastCell(each, all, context),
    ]),
  );
}

/** Versions that wait to be published, and the command that publishes each. */
function publicationTable(cases: readonly GovernanceCase[], all: boolean, context: Context): string {
  const { colours } = context.terminal;
  const titles = ['VERSION', 'SINCE', 'DRAFTED BY', lastTitle(all), 'PUBLISH IT WITH'];
  return renderTable(
    titles.map((title) => colours.dim(title)),
    cases.map((each) => [
      colours.bold(versionOf(each)),
      relativeTime(instantOf(each.openedAt), context.now()),
      each.requester,
      lastCell(each, all, context),
      each.publication?.command ?? '',
    ]),
  );
}

function versionOf({ publication }: GovernanceCase): string {
  return publication === undefined ? '' : `${publication.kind}/${publication.name}@${String(publication.version)}`;
}

function lastTitle(all: boolean): string {
  return all ? 'WHY NOT ME' : 'MISSING';
}

function lastCell({ missing, whyNotMe }: GovernanceCase, all: boolean, { terminal: { colours } }: Context): string {
  return all ? whyNotMe || colours.yellow('waiting for me') : missing;
}
