import { type Transformation, TransformationSchema } from '#gen/transformation/v1/transformation_pb.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';

/** Shows a transformation. */
export async function show(context: Context, one: Transformation): Promise<undefined> {
  await context.show.object('Transformation', toPlain(TransformationSchema, one), () =>
    [
      `${one.name}  ${one.title}, revision ${String(one.revision)} by ${one.changedBy}${one.retired ? ', retired' : ''}`,
      `profile ${one.profile}, stage ${one.stage || 'none'}, cadence ${one.cadence || 'none'}`,
      `${String(one.milestones.length)} milestones, ${String(one.timeboxes.length)} timeboxes, ${String(one.artifacts.length)} artifacts`,
      `products: ${one.products.join(', ') || 'none'}`,
    ].join('\n'),
  );
  return undefined;
}
