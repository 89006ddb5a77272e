import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type CalendarFeed,
  CalendarFeedSchema,
  type CalendarFeedService,
} from '#gen/governance/v1/calendar_feed_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { formatFeedToken, pathOfFeed } from '../../../core/identity/feed-token.js';
import { whyUnseen } from '../../../core/unseen.js';
import { listFeeds, type StoredFeed } from '../../../store/calendar/read.js';
import { createFeed, endFeed } from '../../../store/calendar/write.js';
import { requireProduct } from '../../../store/product/read.js';
import { fromLane, instant, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';

/** How long a feed lasts unless somebody says otherwise, in days. */
const usualDays = 90;

/** Calendars to subscribe to. Their secrets are known to whoever has subscribed alone; rows have the hashes. */
export function createCalendarFeedService({
  database,
  publicOrigins,
}: ApiDeps): ServiceImpl<typeof CalendarFeedService> {
  return {
    async createCalendarFeed({ product, lane, days, label }, context) {
      const { tenant, principal } = requireCaller(context);
      if (principal.roles.length === 0)
        throw new LanekeeperError('PERMISSION_DENIED', {
          message: `${principal.name} may not subscribe to a calendar`,
          why: 'a calendar counts for as long as its person has a role',
          next: 'an operator gives roles: lane principal grant',
        });
      const unseen = whyUnseen(label);
      if (unseen !== undefined)
        throw new LanekeeperError('INVALID_INPUT', { message: 'the label cannot be shown', why: unseen });
      const token = formatFeedToken(tenant, randomBytes(32).toString('base64url'));
      const feed = await database.transaction(tenant, async (tx) => {
        if (product !== '') await requireProduct(tx, product);
        return createFeed(tx, {
          ...{ id: randomBytes(4).toString('hex'), tokenHash: digestOf(token), principal: principal.name },
          ...{ product: product === '' ? undefined : product, lane: fromLane(lane), label, days: days || usualDays },
        });
      });
      return { feed: toFeedMessage(feed), path: pathOfFeed(token), origin: publicOrigins[0] ?? '' };
    },
    async listCalendarFeeds(_request, context) {
      const { tenant, principal } = requireCaller(context);
      const whose = principal.roles.includes('operator') ? undefined : principal.name;
      const feeds = await database.transaction(tenant, (tx) => listFeeds(tx, whose));
      return { feeds: feeds.map(toFeedMessage) };
    },
    async revokeCalendarFeed({ id }, context) {
      const { tenant, principal } = requireCaller(context);
      const of = principal.roles.includes('operator') ? undefined : principal.name;
      const feed = await database.transaction(tenant, (tx) => endFeed(tx, { id, of, by: principal.name }));
      return { feed: toFeedMessage(feed) };
    },
  };
}

function toFeedMessage({ id, principal, product = '', lane, label, ...times }: StoredFeed): CalendarFeed {
  return create(CalendarFeedSchema, {
    ...{ id, principal, product, label, lane: lane === undefined ? Lane.UNSPECIFIED : toLane(lane) },
    ...instant('createdAt', times.createdAt),
    ...instant('expiresAt', times.expiresAt),
    ...instant('usedAt', times.usedAt),
  });
}
