import type { ServiceImpl } from '@connectrpc/connect';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { FoundKind, type SearchService } from '#gen/release/v1/search_service_pb.js';
import { search } from '../../../store/search/read.js';
import type { ApiDeps } from '../deps.js';
import { bounded, toLane } from '../convert.js';
import { requireCaller } from '../identity/caller.js';

const kinds = { product: FoundKind.PRODUCT, bundle: FoundKind.BUNDLE, promotion: FoundKind.PROMOTION } as const;

/** Finds things by the beginnings of their names. */
export function createSearchService({ database }: ApiDeps): ServiceImpl<typeof SearchService> {
  return {
    async search(request, context) {
      const { tenant } = requireCaller(context);
      const found = await database.transaction(tenant, (tx) => search(tx, request.text));
      return {
        found: found.map(({ kind, id, product, subject, revision, lane, state }) => ({
          ...{ kind: kinds[kind], id, product, revision: revision ?? '' },
          subject: bounded(subject, 500),
          lane: toLane(lane),
          state: PromotionPhase[state ?? 'UNSPECIFIED'],
        })),
      };
    },
  };
}
