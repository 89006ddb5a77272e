import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HistoryState } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { downloadBlob } from '../blob/download.js';
import { usageError } from '../errors/report-error.js';
import type { Context } from '../program/context.js';
import { counted } from '../output/counted.js';

const whyNot: Readonly<Partial<Record<HistoryState, string>>> = {
  [HistoryState.AWAITED]: 'the run has not closed, or it closed moments ago',
  [HistoryState.GONE]: 'Temporal had forgotten the run before its history could be kept',
  [HistoryState.TOO_LARGE]: 'it was larger than what is kept',
};

/** Downloads the history of a run into a file that does not exist yet, and compares it with its digest. */
export async function downloadHistory(context: Context, given: string, out: string | undefined): Promise<undefined> {
  const api = await context.api();
  const { history } = await api.runs.getRunHistory({ runId: given });
  const runId = history?.runId ?? given;
  if (history?.state !== HistoryState.KEPT)
    throw new LanekeeperError('NOT_FOUND', {
      message: `the history of run ${shortId(runId)} is not kept`,
      object: `run ${runId}`,
      why: whyNot[history?.state ?? HistoryState.UNSPECIFIED] ?? 'nothing is on record of it',
      next: 'temporal workflow show, as long as Temporal has the run',
    });
  const file = resolve(context.cwd, out ?? `history-${shortId(runId)}.json`);
  if (existsSync(file)) throw usageError(`${file} exists`, 'choose another file with --out FILE');
  const bytes = await downloadBlob(api, history.digest, file);
  const { workflowId, digest, events } = history;
  await context.show.object('DownloadedHistory', { runId, workflowId, digest, events, bytes, file }, () => file);
  context.terminal.note(`${counted(events, 'event')} of ${workflowId}, ${(bytes / 1e3).toFixed(1)} kB, ${digest}`);
  return undefined;
}
