import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { feedLimits } from '../../core/identity/feed-token.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { listFeeds, type StoredFeed } from './read.js';

/**
 * Records a feed by the hash of its secret.
 * @throws LIMIT_EXCEEDED when too many of this person count already
 */
export async function createFeed(
  tx: Transaction,
  feed: Pick<StoredFeed, 'id' | 'principal' | 'product' | 'lane' | 'label'> & {
    readonly tokenHash: Digest;
    readonly days: number;
  },
): Promise<StoredFeed> {
  const { id, principal, product, lane, label, tokenHash, days } = feed;
  // One at a time, so that two do not both take the last place.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`feeds ${tx.tenant} ${principal}`]);
  const own = await listFeeds(tx, principal);
  if (own.length >= feedLimits.feeds)
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: `${principal} has ${String(feedLimits.feeds)} calendars subscribed to already`,
      object: `principal ${principal}`,
      next: 'end one of them: lane calendar feeds, lane calendar unsubscribe FEED',
    });
  const [row] = await tx.query<{ created_at: Date; expires_at: Date }>(
    `insert into calendar_feeds (tenant_id, id, token_hash, principal, product, lane, label, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 day') returning created_at, expires_at`,
    [tx.tenant, id, tokenHash, principal, product ?? null, lane ?? null, label, days],
  );
  if (row === undefined) throw new LanekeeperError('CONFLICT', { message: 'the calendar was not subscribed to' });
  await appendEvent(tx, {
    type: 'calendar-feed.created',
    actor: principal,
    data: { feed: id, principal, expiresAt: row.expires_at.toISOString() },
  });
  const stored = { id, principal, product, lane, label, usedAt: undefined };
  return { ...stored, createdAt: row.created_at, expiresAt: row.expires_at };
}

/** Records that a feed was asked for, once a minute at most. */
export async function markFeedUsed(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `update calendar_feeds set used_at = clock_timestamp()
      where tenant_id = $1 and id = $2 and ended_at is null
        and (used_at is null or used_at < clock_timestamp() - interval '1 minute')`,
    [tx.tenant, id],
  );
}

/**
 * Ends a feed that counts.
 *
 * @param feed.id its id, or a unique beginning of it
 * @param feed.of whose feeds may be ended; undefined for everybody's
 * @throws NOT_FOUND, INVALID_INPUT when several are named
 */
export async function endFeed(
  tx: Transaction,
  feed: { readonly id: string; readonly of: string | undefined; readonly by: string },
): Promise<StoredFeed> {
  const [one, ...more] = await listFeeds(tx, feed.of, feed.id);
  if (one === undefined || feed.id === '')
    throw new LanekeeperError('NOT_FOUND', {
      message: `there is no calendar ${feed.id} that is subscribed to`,
      object: `feed ${feed.id}`,
      next: 'lane calendar feeds',
    });
  if (more.length > 0)
    throw new LanekeeperError('INVALID_INPUT', {
      message: `${feed.id} names more than one calendar`,
      object: `feed ${feed.id}`,
      next: 'use more of its id',
    });
  await tx.query(
    `update calendar_feeds set ended_at = clock_timestamp(), ended_by = $3
      where tenant_id = $1 and id = $2 and ended_at is null`,
    [tx.tenant, one.id, feed.by],
  );
  await appendEvent(tx, {
    type: 'calendar-feed.ended',
    actor: feed.by,
    data: { feed: one.id, principal: one.principal },
  });
  return one;
}
