import { RunStepKind, RunStepSchema, RunStepState } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { toPlain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';

/** Shows what a run has done, oldest first. */
export async function showStory(context: Context, runId: string): Promise<undefined> {
  const { steps, isCut } = await (await context.api()).runs.getRunStory({ runId });
  await context.show.list(
    'RunStep',
    steps.map((step) => toPlain(RunStepSchema, step)),
    () =>
      renderTable(
        ['AT', 'WHAT', 'NAME', 'STATE', 'ATTEMPTS', 'FOR', 'FAILURE'],
        steps.map(({ startedAt, kind, name, state, attempts, summary, failure }) => [
          instantOf(startedAt) ?? '',
          RunStepKind[kind].toLowerCase(),
          name,
          RunStepState[state].replaceAll('_', ' '),
          attempts > 1 ? String(attempts) : '',
          summary,
          failure,
        ]),
      ),
  );
  if (isCut) context.terminal.note('there is more: lane history download, once the history is kept');
  return undefined;
}
