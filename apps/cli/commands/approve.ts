import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import type { MakeAction } from '../program/command-module.js';
import { decide, type DecideOptions, getFacts } from '../decision/decide.js';
import { laneName } from '../output/words.js';
import { factsView } from '../views/facts-view.js';
import { descriptions } from '../program/descriptions.js';

/** `lane approve ID` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<promotion>', descriptions.promotion)
    .option('--yes', descriptions.yes)
    .option('--comment <text>', 'Comment for the record')
    .option('--signal', descriptions.signal)
    .option('--out <file>', descriptions.signalOut)
    .action(
      makeAction(async (context, [id]: [string], options: DecideOptions) => {
        const facts = await getFacts(context, id);
        context.terminal.note(`${await factsView(facts, context)}\n`);
        const api = await context.api();
        return decide(
          context,
          facts,
          {
            verb: 'approve',
            question: () =>
              `Approve ${shortId(facts.bundleDigest)} of ${facts.product} for ${laneName(facts.lane)} as ${context.person}?`,
            send: async (promotionId, signedDecision) =>
              (await api.decisions.submitDecision({ promotionId, signedDecision })).outcome,
          },
          options,
        );
      }),
    );
}
