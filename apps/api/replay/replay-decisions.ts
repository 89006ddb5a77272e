import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { nodeHashing } from '../../../adapters/hash/node-hashing.js';
import { LanekeeperError } from '../../../core/errors.js';
import { addTotals, type JudgedDecision, noTotals } from '../../../core/policy/judge-page.js';
import {
  type ReplayDecisionsRequest,
  type ReplayDecisionsResponse,
  ReplayDecisionsResponseSchema,
} from '#gen/governance/v1/replay_service_pb.js';
import type { Database } from '../../../store/database.js';
import { type DecisionCursor, type DecisionFilter, readDecisions } from '../../../store/policy/decisions.js';
import { requireProduct } from '../../../store/product/read.js';
import { fromLane } from '../convert.js';
import type { Caller } from '../identity/caller.js';
import { limits } from '../limits/limits.js';
import { Places } from '../limits/places.js';
import { toReplayedDecision, toReplayTotals } from './convert.js';
import type { Proposal } from './messages.js';
import { ReplayThread } from './replay-thread.js';
import { textsInForce } from './texts-in-force.js';

/** How many decisions a response is about at most. */
const pageSize = 100;

/** How many decisions are replayed where the request does not say. */
const usualLimit = 1_000;

/** What a caller wants replayed. */
interface Asked {
  readonly filter: DecisionFilter;
  readonly proposal: Proposal | undefined;
  /** How many decisions. */
  readonly limit: number;
}

/** Replays old decisions for callers, few at a time: each replay takes a core. */
export class Replays {
  readonly #database: Database;
  readonly #places = new Places(
    { caller: limits.replays, tenant: limits.tenantReplays, all: limits.allReplays },
    { message: 'other decisions are being replayed', next: 'try again when the other replay has ended' },
  );

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Answers page by page.
   *
   * @param signal ends it
   * @throws LIMIT_EXCEEDED, INVALID_POLICY, UNKNOWN_PRODUCT, BUNDLE_CORRUPT
   */
  async *replay(
    caller: Caller,
    request: ReplayDecisionsRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ReplayDecisionsResponse> {
    const leave = this.#places.enter(caller);
    // What is refused costs no thread.
    const asked = await this.#askedBy(caller, request).catch((error: unknown) => {
      leave();
      throw error;
    });
    const late = AbortSignal.timeout(limits.replayMs);
    const over = AbortSignal.any([signal, late]);
    const thread = new ReplayThread(over);
    // The places are free once the core is, also while nobody reads what was said last.
    const end = (): Promise<void> => thread.stop().finally(leave);
    over.addEventListener('abort', () => void end(), { once: true });
    try {
      yield* this.#replayIn(thread, caller, asked, over);
    } catch (error) {
      // Nobody is left to be told.
      if (signal.aborted) return;
      throw late.aborted ? tookTooLong() : error;
    } finally {
      await end();
    }
  }

  async *#replayIn(
    thread: ReplayThread,
    { tenant }: Caller,
    { filter, proposal, limit }: Asked,
    signal: AbortSignal,
  ): AsyncGenerator<ReplayDecisionsResponse> {
    await thread.ask({ type: 'begin', ...(proposal !== undefined && { proposal }) });
    let totals = noTotals;
    let left = limit;
    let after: DecisionCursor | undefined;
    do {
      const from = after;
      const found = await this.#database.transaction(
        tenant,
        (tx) => readDecisions(tx, filter, { after: from, size: Math.min(left, pageSize) }, nodeHashing),
        { signal },
      );
      const answer = await thread.ask({ type: 'judge', page: found.page });
      const judged: readonly JudgedDecision[] = answer.type === 'judged' ? answer.judged : [];
      totals = addTotals(totals, found.page, judged);
      left -= found.page.decisions.length;
      after = left > 0 ? found.next : undefined;
      yield create(ReplayDecisionsResponseSchema, {
        totals: toReplayTotals(totals),
        changed: judged.map(toReplayedDecision),
        done: after === undefined,
      });
    } while (after !== undefined);
  }

  async #askedBy({ tenant }: Caller, request: ReplayDecisionsRequest): Promise<Asked> {
    return {
      filter: await this.#filterOf(tenant, request),
      proposal: request.policy === '' ? undefined : await this.#proposalOf(tenant, request),
      limit: request.limit === 0 ? usualLimit : request.limit,
    };
  }

  /** A replay decides nothing: what is in force is taken as it is stored. */
  async #proposalOf(tenant: string, { policy: text, fileName }: ReplayDecisionsRequest): Promise<Proposal> {
    const policy = { text, fileName: fileName === '' ? 'the proposed policy' : fileName };
    const inForce = await this.#database.transaction(tenant, (tx) => textsInForce(tx));
    return { policy, inForce };
  }

  async #filterOf(tenant: string, { product, lane, since }: ReplayDecisionsRequest): Promise<DecisionFilter> {
    if (product !== '') await this.#database.transaction(tenant, (tx) => requireProduct(tx, product));
    return {
      ...(product !== '' && { product }),
      lane: fromLane(lane),
      ...(since !== undefined && { since: timestampDate(since) }),
    };
  }
}

function tookTooLong(): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: 'replaying the decisions takes too long',
    why: `it took more than ${String(limits.replayMs / 1_000)} s`,
    next: 'replay fewer decisions',
  });
}
