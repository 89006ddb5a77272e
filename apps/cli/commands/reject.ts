import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import type { MakeAction } from '../program/command-module.js';
import { decide, type DecideOptions, getFacts } from '../decision/decide.js';
import { usageError } from '../errors/report-error.js';
import { laneName } from '../output/words.js';
import { factsView } from '../views/facts-view.js';

/** `lane reject ID` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<promotion>', 'a promotion id or a unique prefix of it')
    .option('--comment <text>', 'why; needed')
    .option('--changes', 'ask for changes: the promotion is held and not ended')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--signal', 'send nothing: write the signed decision and print the  temporal  command that sends it')
    .option('--out <file>', 'with --signal: the file to write')
    .action(
      makeAction(async (context, [id]: [string], options: DecideOptions & { changes?: true }) => {
        if ((options.comment ?? '').trim() === '')
          throw usageError('a rejection needs a reason', 'give --comment TEXT');
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
              options.changes === true ? `Ask for changes to ${what}?` : `Reject ${what}? This ends the promotion.`,
            send: async (promotionId, signedDecision) =>
              (await api.decisions.submitDecision({ promotionId, signedDecision })).outcome,
          },
          options,
        );
      }),
    );
}
