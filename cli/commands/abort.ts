import type { Command } from 'commander';
import { shortId } from '../../core/ids.js';
import type { Act } from '../act.js';
import { decide, type DecideOptions, getFacts } from '../decide.js';
import { laneName } from '../output/words.js';

/** `lane abort ID` */
export function define(command: Command, act: Act): void {
  command
    .argument('<promotion>', 'a promotion id or a unique prefix of it')
    .option('--reason <text>', 'why, for the record')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--signal', 'send nothing: write the signed statement and print the  temporal  command that sends it')
    .option('--out <file>', 'with --signal: the file to write')
    .action(
      act(async (context, [id]: [string], options: Omit<DecideOptions, 'comment'> & { reason?: string }) => {
        const { reason, ...rest } = options;
        const facts = await getFacts(context, id);
        const api = await context.api();
        return decide(
          context,
          facts,
          {
            verb: 'abort',
            question: () => `End promotion ${shortId(facts.promotionId)} of ${facts.product} to ${laneName(facts.lane)}?`,
            send: async (promotionId, signedDecision) => (await api.promotions.abort({ promotionId, signedDecision })).outcome,
          },
          { ...rest, ...(reason !== undefined && { comment: reason }) },
        );
      }),
    );
}
