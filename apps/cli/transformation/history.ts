import { parseTransformationAct } from '../../../core/evidence/read-transformation-act.js';
import { TransformationChangeSchema } from '#gen/transformation/v1/transformation_pb.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';
import { checkHistory } from '../signed-object/check-history.js';
import { readChanges, showChanges, tellChecked } from '../signed-object/history.js';
import { specOf } from './spec-of.js';

/** Shows who changed what, newest first; with `verify`, after checking everything that people have signed. */
export async function history(
  context: Context,
  name: string,
  { verify }: { readonly verify?: true },
): Promise<undefined> {
  const { transformations, identity } = await context.api();
  const isAll = verify === true;
  const changes = await readChanges(
    (before) => transformations.listTransformationChanges({ name, before, withStatements: isAll }),
    isAll,
  );
  await showChanges(context, 'TransformationChange', changes, {
    plain: (one) => toPlain(TransformationChangeSchema, one),
    words: (one) => one.words.join('; '),
  });
  if (!isAll) return undefined;
  const { tenant } = await identity.whoAmI({});
  const [{ principals }, { transformation }] = await Promise.all([
    identity.listPrincipals({}),
    transformations.getTransformation({ name }),
  ]);
  const now = transformation && { ...transformation, spec: specOf(transformation) };
  const problems = checkHistory(
    { tenant, changes, principals, now },
    {
      ...{ read: parseTransformationAct, inBrowsers: false },
      isAbout: (act) => act.name === name,
      specOf: (act) => (act.verb === 'put' ? act.spec : undefined),
    },
  );
  tellChecked(context, `transformation ${name}`, problems, changes.length, 'put the transformation again');
  return undefined;
}
