import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';

/** A calendar that somebody has subscribed to, as it is stored: its secret by its hash alone. */
export interface StoredFeed {
  readonly id: string;
  readonly principal: string;
  /** All if undefined. */
  readonly product: string | undefined;
  readonly lane: Lane | undefined;
  readonly label: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Undefined until it is asked for. */
  readonly usedAt: Date | undefined;
}

interface FeedRow {
  id: string;
  principal: string;
  product: string | null;
  lane: Lane | null;
  label: string;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

const feedColumns = 'f.id, f.principal, f.product, f.lane, f.label, f.created_at, f.expires_at, f.used_at';

/** What counts as a feed, of `calendar_feeds f`: of somebody who has a role, so that it ends with the last one that is taken. */
const counting = `f.tenant_id = $1 and f.ended_at is null and f.expires_at > clock_timestamp()
        and exists (select 1 from principals p
                     where p.tenant_id = f.tenant_id and p.name = f.principal and p.roles <> '{}')`;

/** The feed of a secret, while it counts. */
export async function feedOfToken(tx: Transaction, tokenHash: Digest): Promise<StoredFeed | undefined> {
  const [row] = await tx.query<FeedRow>(
    `select ${feedColumns} from calendar_feeds f where ${counting} and f.token_hash = $2`,
    [tx.tenant, tokenHash],
  );
  return row && toFeed(row);
}

/** The feeds that count, of one principal or of all, newest first. @param beginning of their ids; any if empty */
export async function listFeeds(
  tx: Transaction,
  principal: string | undefined,
  beginning = '',
): Promise<readonly StoredFeed[]> {
  const rows = await tx.query<FeedRow>(
    `select ${feedColumns} from calendar_feeds f
      where ${counting} and ($2::text is null or f.principal = $2) and starts_with(f.id, $3)
      order by f.created_at desc, f.id limit 1000`,
    [tx.tenant, principal ?? null, beginning],
  );
  return rows.map(toFeed);
}

function toFeed(row: FeedRow): StoredFeed {
  return {
    ...{ id: row.id, principal: row.principal, label: row.label },
    ...{ product: row.product ?? undefined, lane: row.lane ?? undefined },
    ...{ createdAt: row.created_at, expiresAt: row.expires_at, usedAt: row.used_at ?? undefined },
  };
}
