import { LanekeeperError } from '../../../core/errors.js';
import { type TransformationAct, transformationStatement } from '../../../core/evidence/transformation-act.js';
import type { Transformation } from '#gen/transformation/v1/transformation_pb.js';
import { saidNow, signWithOwnKey } from '../decision/sign.js';
import type { Context } from '../program/context.js';

type Added = 'principal' | 'tenant' | 'nonce' | 'issuedAt' | 'expiresAt';

/** What is done with a transformation, before it is signed. */
export type UnsignedAct =
  | Omit<Extract<TransformationAct, { verb: 'put' }>, Added>
  | Omit<Extract<TransformationAct, { verb: 'retire' }>, Added>;

/** Signs an act with the person's own key and submits it. */
export async function submitAct(context: Context, unsigned: UnsignedAct): Promise<Transformation> {
  const { transformations } = await context.api();
  const said = await saidNow(context);
  const signedStatement = await signWithOwnKey(context, transformationStatement({ ...unsigned, ...said }));
  const { transformation } = await transformations.submitTransformation({ signedStatement });
  if (transformation !== undefined) return transformation;
  throw new LanekeeperError('INTERNAL', { message: 'the API said nothing about it', next: 'lane doctor' });
}
