import type { Command } from 'commander';
import { ExplainPromotionResponseSchema } from '#gen/governance/v1/gate_service_pb.js';
import { wordsOfProfileInEffect } from '../../../core/policy/profile-in-effect.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { wordsOfDefinition } from '../../../core/promotion/step-words.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { instantOf, verbOf } from '../output/words.js';
import { exitCodeOfGates, gateTable } from '../views/gate-table.js';
import { descriptions } from '../program/descriptions.js';

/** `lane why ID` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<promotion>', descriptions.promotion)
    .option('--exit-code', descriptions.exitCode)
    .action(
      makeAction(async (context, [id]: [string], options: { exitCode?: true }) => {
        const why = await (await context.api()).gates.explainPromotion({ promotionId: id });
        const words = wordsFrom(why.profile?.lexicon ?? []);
        const { colours } = context.terminal;
        const refused = why.refused.map(
          (each) =>
            `${colours.red('✗')} ${verbOf(each.verb)} by ${each.principal || 'an unknown signer'} refused (${each.refusalCode}) ${relativeTime(instantOf(each.registeredAt), context.now())}: ${each.refusalReason}`,
        );
        const shownSteps = new Set([...why.blocking, ...why.notices].map(({ nextStep }) => nextStep));
        const parts = [
          why.summary,
          `profile: ${wordsOfProfileInEffect(why.profile)}`,
          `definition: ${wordsOfDefinition(why.definition, why.steps)}`,
          ...(why.blocking.length + why.notices.length === 0
            ? []
            : [gateTable(why.blocking, why.notices, context, words)]),
          ...(refused.length === 0 ? [] : [`refused decisions:\n${refused.join('\n')}`]),
          ...(why.error === undefined
            ? []
            : [
                `${colours.red('error:')} ${why.error.message}${why.error.why === '' ? '' : `\nwhy: ${why.error.why}`}`,
              ]),
          ...why.nextSteps.filter((step) => !shownSteps.has(step)).map((step) => `next: ${step}`),
        ];
        await context.show.object('Explanation', toPlain(ExplainPromotionResponseSchema, why), () =>
          parts.join('\n\n'),
        );
        return options.exitCode === true ? exitCodeOfGates(why.blocking, why.notices) : undefined;
      }),
    );
}
