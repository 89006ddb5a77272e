import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import type { DecisionOutcome } from '#gen/governance/v1/decision_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Clients } from '../connection/clients.js';
import { decide, type DecideOptions, getFacts } from './decide.js';
import { laneName } from '../output/words.js';
import { descriptions } from '../program/descriptions.js';

/** What differs between `lane abort` and `lane retry`. */
interface Verb {
  readonly verb: 'abort' | 'retry';
  /** The question before signing, given a description of the promotion. */
  readonly question: (promotion: string) => string;
  readonly send: (
    api: Clients,
    signed: { readonly promotionId: string; readonly signedDecision: Buffer },
  ) => Promise<DecisionOutcome | undefined>;
}

/** Defines a command that aborts or retries a promotion; both share arguments, facts and ways to send the decision. */
export function defineAbortOrRetry(command: Command, makeAction: MakeAction, { verb, question, send }: Verb): void {
  command
    .argument('<promotion>', descriptions.promotion)
    .option('--reason <text>', descriptions.reason)
    .option('--yes', descriptions.yes)
    .option('--signal', descriptions.signal)
    .option('--out <file>', descriptions.signalOut)
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
