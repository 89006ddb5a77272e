import type { Transaction } from '../database.js';
import { newestRoundOf, type RoundRow, type StoredRound, toRound } from '../policy/read.js';
import { type RecordedSteps, type StepRow, stepsOfAttempt, toSteps } from './steps.js';

/** What is recorded about a promotion besides its row, as far as its moves depend on it. */
export interface PromotionRecords {
  readonly round: StoredRound | undefined;
  readonly steps: RecordedSteps;
}

/** Of a promotion that has just been opened. */
export const noRecords: PromotionRecords = { round: undefined, steps: toSteps([]) };

/** What `recordColumns` selects. */
export interface RecordsRow {
  newest_round: RoundRow | null;
  steps: readonly StepRow[] | null;
}

/** The columns of a `RecordsRow`, from `promotions p`. */
export const recordColumns = `${newestRoundOf} as newest_round, ${stepsOfAttempt} as steps`;

/** A row as records. */
export function toRecords({ newest_round: round, steps }: RecordsRow): PromotionRecords {
  return { round: round === null ? undefined : toRound(round), steps: toSteps(steps ?? []) };
}

/** Reads the records of a promotion. */
export async function readRecords(tx: Transaction, promotionId: string): Promise<PromotionRecords> {
  const rows = await tx.query<RecordsRow>(
    `select ${recordColumns} from promotions p where p.tenant_id = $1 and p.id = $2`,
    [tx.tenant, promotionId],
  );
  return rows[0] === undefined ? noRecords : toRecords(rows[0]);
}
