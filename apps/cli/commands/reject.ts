import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import type { MakeAction } from '../program/command-module.js';
import { decide, type DecideOptions, getFacts } from '../decision/decide.js';
import { usageError } from '../errors/report-error.js';
import { laneName } from '../output/words.js';
import { factsView } from '../views/facts-view.js';
import { descriptions } from '../program/descriptions.js';

/** `lane reject ID` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<promotion>', descriptions.promotion)
    .option('--comment <text>', descriptions.requiredReason)
    .option('--changes', 'Request changes: the promotion is held instead of ended')
    .option('--yes', descriptions.yes)
    .option('--signal', descriptions.signal)
    .option('--out <file>', descriptions.signalOut)
    .action(
      makeAction(async (context, [id]: [string], options: DecideOptions & { changes?: true }) => {
        if ((options.comment ?? '').trim() === '')
          throw usageError('a rejection needs a reason', 'pass --comment TEXT');
        const facts = await getFacts(context, id);
        context.terminal.note(`${await factsView(facts, context)}\n`);
        const api = await context.api();
        const what = `${shortId(facts.bundleDigest)} of ${facts.product} for ${laneName(facts.lane)} as ${context.person}`;
        return decide(
          context,
          facts,
          {
            verb: options.changes === true ? 'request-changes' : 'reject',
            question: () =>
              options.changes === true ? `Request changes to ${what}?` : `Reject ${what}? This ends the promotion.`,
            send: async (promotionId, signedDecision) =>
              (await api.decisions.submitDecision({ promotionId, signedDecision })).outcome,
          },
          options,
        );
      }),
    );
}
