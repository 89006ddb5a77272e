import type { Digest } from '../../core/digest.js';
import { groupBy } from '../../core/group.js';
import { canonicalJson, type Hashing, portableHashing } from '../../core/hash.js';
import type { Lane } from '../../core/lanes.js';
import type { DecisionPage, PagedDecision } from '../../core/policy/decision-page.js';
import type { GateResult } from '../../core/policy/facts.js';
import type { Notice } from '../../core/policy/notice.js';
import type { RoundOutcome } from '../../core/policy/verdict.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { listOfBytes, readFactContents } from './facts.js';
import { gateResultOf, readSnapshots, type VerdictRow } from './read.js';

/** Which decisions are asked for. */
export interface DecisionFilter {
  readonly product?: string | undefined;
  readonly lane?: Lane | undefined;
  /** Those that were made at this instant or later. */
  readonly since?: Date | undefined;
}

/** After which decision a page begins. */
export interface DecisionCursor {
  readonly evaluatedAt: string;
  readonly promotionId: string;
  readonly round: number;
}

/** Some decisions, and where the next page begins; that is absent at the end. */
export interface DecisionsFound {
  readonly page: DecisionPage;
  readonly next?: DecisionCursor;
}

/** How many facts a page has at most, unless a single decision has more. */
const maxFacts = 5_000;

interface RoundRow {
  promotion_id: string;
  round: number;
  policy_digest: Digest;
  outcome: RoundOutcome;
  reason: string;
  evaluated_at: Date;
  recheck_at: Date | null;
  notices: readonly Notice[];
  facts: Buffer;
  product: string;
  lane: Lane;
  kind: PromotionKind;
  bundle_digest: Digest;
  place_time: string;
}

/** A round with the names of its facts. */
interface ListedRound {
  readonly row: RoundRow;
  readonly list: readonly Digest[];
}

/**
 * Reads the newest rounds of gates with everything that they were decided on: whatever their number, in four queries.
 * Rounds from before facts were kept are left out.
 *
 * @param size how many at most
 * @throws BUNDLE_CORRUPT when gates or facts no longer match their digests
 */
export async function readDecisions(
  tx: Transaction,
  filter: DecisionFilter,
  { after, size }: { readonly after?: DecisionCursor | undefined; readonly size: number },
  hashing: Hashing = portableHashing,
): Promise<DecisionsFound> {
  const rows = await roundRows(tx, filter, after, size + 1);
  const rounds = withinLimits(rows, size);
  const last = rounds.at(-1)?.row;
  const page = await pageOf(tx, rounds, hashing);
  if (last === undefined || rounds.length === rows.length) return { page };
  return { page, next: { evaluatedAt: last.place_time, promotionId: last.promotion_id, round: last.round } };
}

function roundRows(
  tx: Transaction,
  { product, lane, since }: DecisionFilter,
  after: DecisionCursor | undefined,
  limit: number,
): Promise<readonly RoundRow[]> {
  return tx.query<RoundRow>(
    `select r.promotion_id, r.round, r.policy_digest, r.outcome, r.reason, r.evaluated_at, r.recheck_at, r.notices, r.facts,
            p.product, p.lane, p.kind, p.bundle_digest,
            to_char(r.evaluated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place_time
       from gate_rounds r join promotions p on p.tenant_id = r.tenant_id and p.id = r.promotion_id
      where r.tenant_id = $1 and r.facts is not null
        and ($2::text is null or p.product = $2) and ($3::text is null or p.lane = $3)
        and ($4::timestamptz is null or r.evaluated_at >= $4)
        and ($5::timestamptz is null or (r.evaluated_at, r.promotion_id, r.round) < ($5, $6::text, $7::integer))
      order by r.evaluated_at desc, r.promotion_id desc, r.round desc limit $8`,
    [
      ...[tx.tenant, product ?? null, lane ?? null, since ?? null],
      ...[after?.evaluatedAt ?? null, after?.promotionId ?? null, after?.round ?? null, limit],
    ],
    growsWithData,
  );
}

/** As many rounds from the beginning as a page takes, at least one. */
function withinLimits(rows: readonly RoundRow[], size: number): readonly ListedRound[] {
  const rounds: ListedRound[] = [];
  const facts = new Set<Digest>();
  for (const row of rows.slice(0, size)) {
    const list = listOfBytes(row.facts);
    for (const digest of list) facts.add(digest);
    if (rounds.length > 0 && facts.size > maxFacts) break;
    rounds.push({ row, list });
  }
  return rounds;
}

async function pageOf(tx: Transaction, rounds: readonly ListedRound[], hashing: Hashing): Promise<DecisionPage> {
  if (rounds.length === 0) return { decisions: [], snapshots: [], facts: [] };
  const results = await resultsOf(
    tx,
    rounds.map(({ row }) => row),
  );
  const facts = await readFactContents(
    tx,
    rounds.flatMap(({ list }) => list),
    hashing,
  );
  const snapshots = await readSnapshots(tx, [...new Set(rounds.map(({ row }) => row.policy_digest))]);
  const factPlaces = placesIn(facts.keys());
  const snapshotPlaces = placesIn(snapshots.keys());
  return {
    decisions: rounds.map(({ row, list }) =>
      decisionOf(row, {
        results: results.get(keyOf(row)) ?? [],
        snapshot: snapshotPlaces(row.policy_digest),
        facts: list.map(factPlaces),
      }),
    ),
    // What was read is what its digest names, and canonical JSON is the text that has that digest.
    snapshots: [...snapshots.values()].map(canonicalJson),
    facts: [...facts.values()],
  };
}

function decisionOf(
  row: RoundRow,
  { results, snapshot, facts }: { readonly results: readonly GateResult[] } & Pick<PagedDecision, 'snapshot' | 'facts'>,
): PagedDecision {
  const { outcome, reason, notices, recheck_at } = row;
  const recheckAt = recheck_at === null ? {} : { recheckAt: recheck_at.toISOString() };
  return {
    ...{ promotionId: row.promotion_id, round: row.round, product: row.product, lane: row.lane, kind: row.kind },
    ...{ bundle: row.bundle_digest, policyDigest: row.policy_digest, evaluatedAt: row.evaluated_at.toISOString() },
    recorded: { outcome, reason, notices, results, ...recheckAt },
    ...{ snapshot, facts },
  };
}

/** What the gates of rounds have said, by {@link keyOf}. */
async function resultsOf(
  tx: Transaction,
  rounds: readonly RoundRow[],
): Promise<ReadonlyMap<string, readonly GateResult[]>> {
  const rows = await tx.query<VerdictRow & { promotion_id: string; round: number; gate_id: string }>(
    `select c.promotion_id, c.round, c.gate_id, c.verdict, c.raw_verdict, c.severity, c.explanation, c.next_step, c.waits_for,
            c.clauses, c.relied_on, c.recheck_at
       from unnest($2::text[], $3::integer[]) as r (promotion_id, round)
       join check_runs c on c.tenant_id = $1 and c.promotion_id = r.promotion_id and c.round = r.round
      order by c.gate_id`,
    [tx.tenant, rounds.map(({ promotion_id }) => promotion_id), rounds.map(({ round }) => round)],
    growsWithData,
  );
  const byRound = groupBy(rows, keyOf);
  return new Map([...byRound].map(([key, of]) => [key, of.map(({ gate_id, ...row }) => gateResultOf(gate_id, row))]));
}

function keyOf({ promotion_id, round }: { readonly promotion_id: string; readonly round: number }): string {
  return `${promotion_id}/${String(round)}`;
}

/** At which place each of these stands. */
function placesIn(digests: Iterable<Digest>): (digest: Digest) => number {
  const places = new Map([...digests].map((digest, place) => [digest, place]));
  return (digest) => places.get(digest) ?? -1;
}
