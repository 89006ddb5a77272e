import { ArtifactKind, ArtifactState, Readiness, TimeboxKind } from '#gen/transformation/v1/transformation_pb.js';
import { type Transformation, TransformationSchema } from '#gen/transformation/v1/transformation_pb.js';
import { counted } from '../output/counted.js';
import { toPlain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import type { Context } from '../program/context.js';

/** How many rows of a table are shown; `-o json` has all. */
const most = 50;

/** Shows a transformation: where it stands, and all that it consists of. */
export async function show(context: Context, one: Transformation): Promise<undefined> {
  await context.show.object('Transformation', toPlain(TransformationSchema, one), () =>
    [
      [
        `${one.name}  ${one.title}, revision ${String(one.revision)} by ${one.changedBy}${one.retired ? ', retired' : ''}`,
        `profile ${one.profile}, stage ${one.stage || 'none'}, cadence ${one.cadence || 'none'}`,
        [
          counted(one.milestones.length, 'milestone'),
          counted(one.timeboxes.length, 'timebox', 'timeboxes'),
          counted(one.goals.length, 'goal'),
          counted(one.artifacts.length, 'artifact'),
        ].join(', '),
        `products: ${one.products.join(', ') || 'none'}`,
      ].join('\n'),
      ...tablesOf(one, context),
    ].join('\n\n'),
  );
  return undefined;
}

function tablesOf({ milestones, timeboxes, goals, artifacts }: Transformation, context: Context): readonly string[] {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length === 0) return [];
    const left = rows.length - most;
    const text = renderTable(
      head.map((title) => context.terminal.colours.dim(title)),
      rows.slice(0, most),
    );
    return [left > 0 ? `${text}\nand ${String(left)} more: -o json has all` : text];
  };
  return [
    ...table(
      ['MILESTONE', 'READINESS', 'DUE', 'TITLE'],
      milestones.map(({ key, readiness, due, title }) => [key, words(Readiness[readiness]), due, title]),
    ),
    ...table(
      ['TIMEBOX', 'KIND', 'FROM', 'TO', 'TITLE'],
      timeboxes.map(({ id, kind, starts, ends, title }) => [id, words(TimeboxKind[kind]), starts, ends, title]),
    ),
    ...table(
      ['GOAL', 'TIMEBOX', 'TITLE'],
      goals.map(({ id, timebox, title }) => [id, timebox, title]),
    ),
    ...table(
      ['ARTIFACT', 'KIND', 'STATE', 'TIMEBOX', 'PHASE', 'TITLE'],
      artifacts.map(({ key, kind, state, timebox, phase, title }) => [
        ...[key, words(ArtifactKind[kind]), words(ArtifactState[state]), timebox, phase, title],
      ]),
    ),
  ];
}

/** `AT_RISK` as people read it. */
function words(name = ''): string {
  return name.toLowerCase().replaceAll('_', ' ');
}
