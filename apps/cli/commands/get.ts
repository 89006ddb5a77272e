import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { DecisionSchema, FrontDoor } from '#gen/governance/v1/decision_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { LaneStatusSchema } from '#gen/release/v1/lane_status_pb.js';
import { PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import type { MakeAction } from '../program/command-module.js';
import { allLanes } from '../lane/all.js';
import { listBundles } from './bundle/list.js';
import type { Context } from '../program/context.js';
import { usageError } from '../errors/report-error.js';
import { pageSizeOf } from '../program/page-size.js';
import { toPlain } from '../output/plain.js';
import { wordsFor } from '../output/profile-words.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneOf, verbOf } from '../output/words.js';
import { showPoliciesInForce, showPolicy } from '../policy/show.js';
import { listReleases } from '../release/list.js';
import { listHistories } from '../run/list.js';
import { laneTable } from '../views/lane-table.js';
import { promotionTable } from '../views/promotion-table.js';
import { listEvidence } from './evidence.js';
import { listPrincipals } from './principal.js';
import { listProducts } from './product.js';
import { descriptions } from '../program/descriptions.js';

interface Options {
  product?: string;
  lane?: string;
  promotion?: string;
  release?: string;
  bundle?: string;
  open?: true;
  filter?: string;
  waiting?: true;
  limit: string;
}

const kinds: Readonly<Record<string, (context: Context, options: Options) => Promise<undefined>>> = {
  products: listProducts,
  releases: listReleases,
  bundles: listBundles,
  promotions: listPromotions,
  lanes: listLanes,
  decisions: listDecisions,
  policy: async (context, { promotion, product, lane }) => {
    if (promotion !== undefined) return showPolicy(context, promotion);
    if (product !== undefined) return showPoliciesInForce(context, product, lane);
    throw usageError(
      'lane get policy needs a promotion or a product',
      'lane get policy --promotion PROMOTION, or lane get policy --product PRODUCT',
    );
  },
  histories: listHistories,
  principals: listPrincipals,
  evidence: async (context, { bundle }) => {
    if (bundle === undefined) throw usageError('lane get evidence needs a bundle', 'lane get evidence --bundle BUNDLE');
    return listEvidence(context, bundle);
  },
};

/** `lane get KIND` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<kind>', `Kind of object: ${Object.keys(kinds).join(', ')}`)
    .option('--product <product>', descriptions.product)
    .option(
      '--lane <lane>',
      'Only promotions to this lane: bronze, silver or gold; or the lane whose histories or policies to show',
    )
    .option('--open', 'Only promotions that have not ended')
    .option(
      '--filter <text>',
      'Only lanes of products whose name has this in it, or with a bundle whose digest or revision begins with it',
    )
    .option('--waiting', 'Only lanes of products with a promotion on its way')
    .option(
      '--promotion <id>',
      'Promotion whose decisions or histories to list, or whose policy to show: id, or a unique prefix or suffix of it',
    )
    .option('--release <id>', 'Release whose histories to list: id, or a unique prefix or suffix of it')
    .option('--bundle <bundle>', 'Bundle whose evidence to list: digest, or a unique prefix of it')
    .option('--limit <count>', descriptions.limit, '50')
    .action(
      makeAction(async (context, [kind]: [string], options: Options) => {
        const list = kinds[kind] ?? kinds[`${kind}s`];
        if (list === undefined) throw usageError(`unknown kind ${kind}`, `lane get ${Object.keys(kinds).join('|')}`);
        return list(context, options);
      }),
    );
}

async function listPromotions(context: Context, options: Options): Promise<undefined> {
  const { promotions } = await (
    await context.api()
  ).promotions.listPromotions({
    product: options.product ?? '',
    lane: options.lane === undefined ? Lane.UNSPECIFIED : laneOf(options.lane).lane,
    openOnly: options.open === true,
    pageSize: pageSizeOf(options.limit),
  });
  const words = await wordsFor(context, promotions.length === 0 ? undefined : options.product);
  await context.show.list(
    'Promotion',
    promotions.map((promotion) => toPlain(PromotionSchema, promotion)),
    () =>
      promotions.length === 0
        ? 'no promotions: run lane promote BUNDLE --to bronze'
        : promotionTable(promotions, context, words),
  );
  return undefined;
}

async function listLanes(context: Context, options: Options): Promise<undefined> {
  const { product = '', filter = '', waiting = false } = options;
  const lanes = await allLanes(await context.api(), { product, filter, waitingOnly: waiting });
  const isNarrowed = filter !== '' || waiting;
  await context.show.list(
    'LaneStatus',
    lanes.map((lane) => toPlain(LaneStatusSchema, lane)),
    () =>
      lanes.length > 0
        ? laneTable(lanes, context)
        : isNarrowed
          ? 'no product matches'
          : 'no products yet: run lane init, then lane release',
  );
  return undefined;
}

async function listDecisions(context: Context, options: Options): Promise<undefined> {
  const { decisions } = await (
    await context.api()
  ).decisions.listDecisions({ promotionId: options.promotion ?? '', pageSize: pageSizeOf(options.limit) });
  const { colours } = context.terminal;
  await context.show.list(
    'Decision',
    decisions.map((decision) => toPlain(DecisionSchema, decision)),
    () =>
      decisions.length === 0
        ? 'no decisions'
        : renderTable(
            ['PROMOTION', 'VERB', 'BY', 'OUTCOME', 'WHEN', 'DOOR', 'WHY'].map((title) => colours.dim(title)),
            decisions.map((decision) => [
              shortId(decision.promotionId),
              verbOf(decision.verb),
              decision.principal || '?',
              decision.accepted ? colours.green('accepted') : colours.red('refused'),
              relativeTime(instantOf(decision.registeredAt), context.now()),
              FrontDoor[decision.frontDoor].toLowerCase(),
              decision.accepted ? decision.comment : `${decision.refusalCode}: ${decision.refusalReason}`,
            ]),
          ),
  );
  return undefined;
}
