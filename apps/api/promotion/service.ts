import type { ServiceImpl } from '@connectrpc/connect';
import { type Preparation, whenPrepared } from '../../../activities/policy/preparation.js';
import { type Words, wordsFrom } from '../../../core/policy/words-of-profile.js';
import { hasEnded } from '../../../core/promotion/state.js';
import type { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { countProducts, listLanes } from '../../../store/lane/list.js';
import { lastRound } from '../../../store/policy/read.js';
import type { Transaction } from '../../../store/database.js';
import { listPromotions } from '../../../store/promotion/list.js';
import { readPromotion } from '../../../store/promotion/read.js';
import { resolveBundle, resolvePromotion } from '../../../store/resolve-id.js';
import { readTimeline } from '../../../store/event/list.js';
import { requireProduct } from '../../../store/product/read.js';
import { abortUpdate, retryUpdate } from '../../../workflows/promotion/contract.js';
import { requireCaller } from '../identity/caller.js';
import { toCheckRuns, toNotices } from '../policy/convert.js';
import { OpeningsOfBoard } from '../../../core/restriction/board.js';
import { restrictionsInForce } from '../../../store/restriction/read.js';
import { profileWords } from '../policy/profile-words.js';
import { toLaneStatus } from '../lane/convert.js';
import { toPromotionMessage } from './convert.js';
import { fromLane, requireLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { planPromotion } from './plan.js';
import { sendDecision } from '../decision/send.js';
import { VersionWithOpening } from './version-with-opening.js';
import { openingOf } from './opening.js';
import { startPromotion } from './start.js';
import { watch } from '../watch.js';

/** Promotions, rollbacks and lanes. */
export function createPromotionService(deps: ApiDeps): ServiceImpl<typeof PromotionService> {
  const { database, client, now } = deps;
  const { namespace } = client.options;
  const start = async (
    request: Parameters<typeof startPromotion>[2],
    context: Parameters<typeof requireCaller>[0] & { readonly signal: AbortSignal },
  ) => startPromotion(deps, requireCaller(context), request, context.signal);
  return {
    promote: (request, context) => start({ ...request, lane: requireLane(request.lane), kind: 'PROMOTION' }, context),
    hotfix: (request, context) => start({ ...request, lane: requireLane(request.lane), kind: 'HOTFIX' }, context),
    rollback: (request, context) => start({ ...request, lane: requireLane(request.lane), kind: 'ROLLBACK' }, context),
    async getPromotion(request, context) {
      const { tenant } = requireCaller(context);
      const promotion = await whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => {
          const found = await readPromotion(tx, await resolvePromotion(tx, request.promotionId));
          const timeline = await readTimeline(tx, { promotionId: found.id });
          const words = await wordsAbout(tx, known, found);
          return toPromotionMessage(found, namespace, { timeline, words, opening: await openingOf(tx, found, now()) });
        }),
      );
      return { promotion };
    },
    async listPromotions(request, context) {
      const { tenant } = requireCaller(context);
      const { product, openOnly } = request;
      const lane = fromLane(request.lane);
      const page = await database.transaction(tenant, async (tx) => {
        const bundle = request.bundle === '' ? undefined : await resolveBundle(tx, request.bundle);
        const place = { size: request.pageSize, token: request.pageToken };
        return listPromotions(tx, { product, lane, openOnly, bundle }, place);
      });
      return {
        promotions: page.items.map((promotion) => toPromotionMessage(promotion, namespace)),
        nextPageToken: page.nextToken,
      };
    },
    async *watchPromotion(request, context) {
      const { tenant } = requireCaller(context);
      const version = new VersionWithOpening(now);
      const { place, words } = await whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => {
          const found = await readPromotion(tx, await resolvePromotion(tx, request.promotionId));
          return { place: found, words: await wordsAbout(tx, known, found) };
        }),
      );
      const { id } = place;
      const states = watch({
        version: () => database.transaction(tenant, (tx) => version.of(tx, place)),
        read: () =>
          database.transaction(tenant, async (tx) => {
            const promotion = await readPromotion(tx, id);
            const opening = await openingOf(tx, promotion, now());
            version.told(opening);
            const timeline = await readTimeline(tx, { promotionId: id });
            return { promotion, timeline, round: await lastRound(tx, id), opening };
          }),
        isLast: ({ promotion }) => promotion.state === 'LIVE' || hasEnded(promotion.state),
        signal: context.signal,
      });
      for await (const { promotion, timeline, round, opening } of states)
        yield {
          promotion: toPromotionMessage(promotion, namespace, { timeline, words, opening }),
          gates: toCheckRuns(round, id),
          notices: toNotices(round.notices),
        };
    },
    async abort(request, context) {
      return {
        outcome: await sendDecision(deps, requireCaller(context), {
          promotionId: request.promotionId,
          signed: request.signedDecision,
          update: abortUpdate,
        }),
      };
    },
    async retry(request, context) {
      return {
        outcome: await sendDecision(deps, requireCaller(context), {
          promotionId: request.promotionId,
          signed: request.signedDecision,
          update: retryUpdate,
        }),
      };
    },
    async listLanes(request, context) {
      const { tenant } = requireCaller(context);
      const { product, filter: text, waitingOnly } = request;
      const filter = { product, text, waitingOnly };
      return database.transaction(tenant, async (tx) => {
        if (product !== '') await requireProduct(tx, product);
        const page = await listLanes(tx, filter, { size: request.pageSize, token: request.pageToken });
        const totalProducts = await countProducts(tx, filter);
        const openings = new OpeningsOfBoard(await restrictionsInForce(tx, product), now());
        const lanes = page.items.map((view) => toLaneStatus(view, openings));
        return { lanes, nextPageToken: page.nextToken, totalProducts };
      });
    },
    async plan(request, context) {
      return planPromotion(deps, requireCaller(context), request);
    },
  };
}

/** The words of the method of a promotion's product; ours while they are not known. @throws Unprepared */
async function wordsAbout(
  tx: Transaction,
  known: Preparation,
  { product }: { readonly product: string },
): Promise<Words> {
  return wordsFrom((await profileWords(tx, known, product))?.lexicon ?? []);
}
