import type { Command } from 'commander';
import { LaneStatusSchema } from '#gen/release/v1/lane_status_pb.js';
import { PromotionSchema, PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { allLanes } from '../lane/all.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { wordsFor } from '../output/profile-words.js';
import { laneTable } from '../views/lane-table.js';
import { promotionTable } from '../views/promotion-table.js';

/** `lane status [PRODUCT]` */
export function define(command: Command, makeAction: MakeAction): void {
  command.argument('[product]', 'Name of the product (default: all products)').action(
    makeAction(async (context, [product = '']: [string | undefined]) => {
      const api = await context.api();
      const [lanes, { promotions }] = await Promise.all([
        allLanes(api, { product }),
        api.promotions.listPromotions({ product, openOnly: true, pageSize: 500 }),
      ]);
      const words = await wordsFor(context, lanes.length === 0 ? undefined : product);
      const onTheWay = promotions.filter((promotion) => promotion.state !== PromotionPhase.LIVE);
      const value = {
        lanes: lanes.map((lane) => toPlain(LaneStatusSchema, lane)),
        promotions: onTheWay.map((promotion) => toPlain(PromotionSchema, promotion)),
      };
      await context.show.object('Status', value, () => {
        if (lanes.length === 0) return 'no products yet: run lane init, then lane release';
        return onTheWay.length === 0
          ? laneTable(lanes, context)
          : `${laneTable(lanes, context)}\n\n${promotionTable(onTheWay, context, words)}`;
      });
      return undefined;
    }),
  );
}
