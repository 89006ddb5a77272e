import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { type Promotion, Standing } from '#gen/release/v1/promotion_pb.js';
import { wordsOf } from '../../../core/policy/words-of-profile.js';
import { laneAndKind } from '../../../core/promotion/state.js';
import { heading } from '../output/profile-words.js';
import type { Context } from '../program/context.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName, standingMark, stateMark } from '../output/words.js';

const maximumReasonLength = 60;

/** Promotions as a table, in the words of their product where all are of one. */
export function promotionTable(promotions: readonly Promotion[], context: Context, words = wordsOf()): string {
  const { colours } = context.terminal;
  const promotionId = shortenIds(promotions.map((promotion) => promotion.id));
  const bundleId = shortenIds(promotions.map((promotion) => promotion.bundleDigest));
  return renderTable(
    [
      ...[heading(words, 'promotion'), 'PRODUCT', 'LANE', heading(words, 'bundle'), 'DEFINITION'],
      ...['STATE', 'SINCE', 'BY', 'WHY'],
    ].map((title) => colours.dim(title)),
    promotions.map((promotion) => [
      colours.bold(promotionId(promotion.id)),
      promotion.product,
      laneAndKind(laneName(promotion.lane), PromotionKind[promotion.kind]),
      bundleId(promotion.bundleDigest),
      promotion.definition || '-',
      promotion.standing === Standing.AT_RISK
        ? `${stateMark(promotion.state, colours)} ${standingMark(promotion.standing, colours)}`
        : stateMark(promotion.state, colours),
      relativeTime(instantOf(promotion.updatedAt), context.now()),
      promotion.requester || '-',
      promotion.reason.length > maximumReasonLength
        ? `${promotion.reason.slice(0, maximumReasonLength - 1)}…`
        : promotion.reason,
    ]),
  );
}
