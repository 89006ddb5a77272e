import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { maxReportLength } from '../../core/evidence/junit.js';
import type { Statement } from '../../core/evidence/statement.js';
import { reportDigestOf, requireReported } from '../../core/evidence/test-result.js';

/**
 * Requires that a test result says what the report in the content store says that it names.
 * @throws EVIDENCE_INVALID, BLOB_MISSING, BLOB_CORRUPT
 */
export async function requireReport(blobs: ContentStore, statement: Statement): Promise<void> {
  const report = reportDigestOf(statement);
  requireReported(statement, report === undefined ? Buffer.of() : await blobs.get(report, maxReportLength));
}
