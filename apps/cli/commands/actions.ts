import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import {
  type Action,
  ActionSchema,
  type LaneAction,
  LaneActionSchema,
} from '#gen/governance/v1/decision_service_pb.js';
import { usageError } from '../errors/report-error.js';
import { harmless } from '../output/harmless.js';
import { toPlain } from '../output/plain.js';
import { heading, wordsFor } from '../output/profile-words.js';
import { renderTable } from '../output/table.js';
import { laneName, verbOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { descriptions } from '../program/descriptions.js';

/** `lane actions [PROMOTION]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[promotion]', `${descriptions.promotion}: what you may do about it`)
    .option('--bundle <bundle>', `${descriptions.bundle}: into which lanes you may promote it`)
    .option('--product <product>', 'Product: which of its lanes you may roll back')
    .action(
      makeAction(async (context, [promotion]: [string?], options: { bundle?: string; product?: string }) => {
        const { bundle, product } = options;
        if ([promotion, bundle, product].filter((each) => each !== undefined).length !== 1)
          throw usageError(
            'lane actions needs a promotion, a bundle or a product',
            'lane actions PROMOTION, lane actions --bundle BUNDLE, or lane actions --product PRODUCT',
          );
        if (promotion !== undefined) return ofPromotion(context, promotion);
        return ofLanes(
          context,
          bundle === undefined ? { case: 'product', value: product ?? '' } : { case: 'bundle', value: bundle },
        );
      }),
    );
}

async function ofPromotion(context: Context, promotionId: string): Promise<undefined> {
  const { actions, closed, nextSteps } = await (await context.api()).decisions.listActions({ promotionId });
  await context.show.list(
    'Action',
    actions.map((action) => toPlain(ActionSchema, action)),
    () =>
      renderTable(
        ['', 'ACTION', 'HOW, OR WHY NOT'],
        actions.map((action) => row(action, context, [])),
      ),
  );
  if (closed !== '') context.terminal.note(harmless(`the lane is closed to it: ${closed}`));
  for (const step of nextSteps) context.terminal.note(harmless(`next: ${step}`));
  return undefined;
}

async function ofLanes(
  context: Context,
  of: { readonly case: 'bundle' | 'product'; readonly value: string },
): Promise<undefined> {
  const { actions } = await (await context.api()).decisions.listLaneActions({ of });
  const words = await wordsFor(context, actions[0]?.product);
  await context.show.list(
    'LaneAction',
    actions.map((action) => toPlain(LaneActionSchema, action)),
    () =>
      renderTable(
        ['', 'ACTION', 'LANE', heading(words, 'bundle'), 'HOW, OR WHY NOT'],
        actions.map((action) => row(action, context, [laneName(action.lane), shortId(action.bundleDigest)])),
      ),
  );
  // Several lanes are often closed for one reason.
  const notices = new Map<string, string[]>();
  for (const { lane, notice } of actions) notices.set(notice, [...(notices.get(notice) ?? []), laneName(lane)]);
  for (const [notice, lanes] of notices)
    if (notice !== '') context.terminal.note(harmless(`${lanes.join(', ')}: ${notice}`));
  return undefined;
}

function row(action: Action | LaneAction, context: Context, more: readonly string[]): string[] {
  const { colours } = context.terminal;
  const { verb, possible, whyNot, command } = action;
  return [possible ? colours.green('✓') : colours.dim('–'), verbOf(verb), ...more, possible ? command : whyNot];
}
