import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import type { DecisionOutcome } from '#gen/governance/v1/decision_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Clients } from '../connection/clients.js';
import { decide, type DecideOptions, getFacts } from './decide.js';
import { laneName } from '../output/words.js';

/** What tells `lane abort` and `lane retry` apart. */
interface Verb {
  readonly verb: 'abort' | 'retry';
  /** The question before signing, about a promotion in words. */
  readonly question: (promotion: string) => string;
  readonly send: (
    api: Clients,
    signed: { readonly promotionId: string; readonly signedDecision: Buffer },
  ) => Promise<DecisionOutcome | undefined>;
}

/** Defines a command that ends a promotion or tries it again: the same arguments, facts and ways to send. */
export function defineAbortOrRetry(command: Command, makeAction: MakeAction, { verb, question, send }: Verb): void {
  command
    .argument('<promotion>', 'a promotion id or a unique prefix of it')
    .option('--reason <text>', 'why, for the record')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--signal', 'send nothing: write the signed statement and print the  temporal  command that sends it')
    .option('--out <file>', 'with --signal: the file to write')
    .action(
      makeAction(async (context, [id]: [string], options: Omit<DecideOptions, 'comment'> & { reason?: string }) => {
        const { reason, ...rest } = options;
        const facts = await getFacts(context, id);
        const api = await context.api();
        return decide(
          context,
          facts,
          {
            verb,
            question: () =>
              question(`promotion ${shortId(facts.promotionId)} of ${facts.product} to ${laneName(facts.lane)}`),
            send: (promotionId, signedDecision) => send(api, { promotionId, signedDecision }),
          },
          { ...rest, ...(reason !== undefined && { comment: reason }) },
        );
      }),
    );
}
