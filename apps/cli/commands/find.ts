import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { FoundKind, FoundSchema } from '#gen/release/v1/search_service_pb.js';
import { toPlain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import { laneName } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import { exitCodes } from '../errors/exit-codes.js';

/** `lane find TEXT` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<text>', 'The beginning of a name, digest, revision or id; of a promotion also the end of its id')
    .action(
      makeAction(async (context, [text]: [string]) => {
        const { found } = await (await context.api()).search.search({ text });
        await context.show.list(
          'Found',
          found.map((one) => toPlain(FoundSchema, one)),
          () =>
            found.length === 0
              ? 'nothing is named so'
              : renderTable(
                  ['WHAT', 'ID', 'PRODUCT', 'LANE', 'STATE', 'REVISION', 'SUBJECT'],
                  found.map(({ kind, id, product, lane, state, revision, subject }) => [
                    FoundKind[kind].toLowerCase(),
                    kind === FoundKind.PRODUCT ? id : shortId(id),
                    product,
                    laneName(lane),
                    state === PromotionPhase.UNSPECIFIED ? '' : PromotionPhase[state],
                    revision.slice(0, 10),
                    subject,
                  ]),
                ),
        );
        return found.length === 0 ? exitCodes.notFound : exitCodes.ok;
      }),
    );
}
