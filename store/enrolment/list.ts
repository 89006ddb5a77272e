import type { Transaction } from '../database.js';
import { enrolmentColumns, type EnrolmentRow, type StoredEnrolment, toEnrolment } from './read.js';

/** The newest enrolments, newest first; only those that wait for a second person, if wanted. */
export async function listEnrolments(
  tx: Transaction,
  { waiting, limit }: { readonly waiting: boolean; readonly limit: number },
): Promise<readonly StoredEnrolment[]> {
  const rows = await tx.query<EnrolmentRow>(
    `select ${enrolmentColumns} from enrolments
      where tenant_id = $1 and (not $2 or (state = 'PENDING' and expires_at > clock_timestamp()))
      order by requested_at desc, id limit $3`,
    [tx.tenant, waiting, limit],
  );
  return rows.map(toEnrolment);
}
