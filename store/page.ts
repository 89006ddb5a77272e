import { LanekeeperError } from '../core/errors.js';

/** Which part of a list is requested. */
export interface PageRequest {
  /** 0 means 50. */
  readonly size: number;
  /** Empty for the beginning. */
  readonly token: string;
}

/** A part of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Empty at the end. */
  readonly nextToken: string;
}

/** What every row of a paged query carries: its place, with the full precision that PostgreSQL keeps. */
export interface PlacedRow {
  readonly place_time: string;
  readonly place_id: string;
}

/** The place after which a page begins, as parameters of a query; nulls for the beginning. @throws INVALID_INPUT */
export function placeOf(page: PageRequest): {
  readonly time: string | null;
  readonly id: string | null;
  readonly limit: number;
} {
  const limit = page.size === 0 ? 50 : page.size;
  if (page.token === '') return { time: null, id: null, limit };
  const [time, id, ...rest] = Buffer.from(page.token, 'base64url').toString('utf8').split('|');
  if (time === undefined || id === undefined || rest.length > 0 || Number.isNaN(Date.parse(time))) {
    throw invalidPageToken();
  }
  return { time, id, limit };
}

/** A page token that no page has given. */
export function invalidPageToken(): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message: 'the page token is invalid',
    next: 'start again without a page token',
  });
}

/** Makes a page from up to one row more than the limit. */
export function pageOf<Row extends PlacedRow, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(toItem),
    nextToken: more ? Buffer.from(`${last.place_time}|${last.place_id}`).toString('base64url') : '',
  };
}

/**
 * The text of a paged query over one table. `$1` is the tenant, `$2` and `$3` the place, `$4` the limit; conditions
 * begin at `$5`.
 */
export function pagedSql(options: {
  readonly from: string;
  readonly select: string;
  readonly time: string;
  readonly id: string;
  readonly where?: string;
}): string {
  const { from, select, time, id, where } = options;
  return `select ${select}, to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place_time, ${id}::text as place_id
    from ${from}
   where ${from.split(' ').at(-1) ?? from}.tenant_id = $1 and ($2::timestamptz is null or (${time}, ${id}::text) < ($2::timestamptz, $3::text))
     ${where === undefined ? '' : `and ${where}`}
   order by ${time} desc, ${id}::text desc limit $4::integer + 1`;
}
