import { RestrictionChangeSchema, RestrictionKind } from '#gen/governance/v1/restriction_pb.js';
import { parseRestrictionAct } from '../../../core/evidence/read-restriction-act.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';
import { checkHistory } from '../signed-object/check-history.js';
import { readChanges, showChanges, tellChecked } from '../signed-object/history.js';
import { requireWindow } from './window.js';
import { windowOfMessage } from './window-of-message.js';

/** Shows who changed what in a window, newest first; with `verify`, after checking everything that people have signed. */
export async function history(
  context: Context,
  name: string,
  { verify }: { readonly verify?: true },
): Promise<undefined> {
  const { restrictions, identity } = await context.api();
  const isAll = verify === true;
  const kind = RestrictionKind.WINDOW;
  const changes = await readChanges(
    (before) => restrictions.listRestrictionChanges({ kind, name, before, withStatements: isAll }),
    isAll,
  );
  await showChanges(context, 'RestrictionChange', changes, {
    plain: (one) => toPlain(RestrictionChangeSchema, one),
    words: ({ words }) => words,
  });
  if (!isAll) return undefined;
  const { tenant } = await identity.whoAmI({});
  const [{ principals }, window] = await Promise.all([identity.listPrincipals({}), requireWindow(context, name)]);
  const { name: _name, ...spec } = window.spec.case === 'window' ? windowOfMessage(name, window.spec.value) : { name };
  const problems = checkHistory(
    { tenant, changes, principals, now: { ...window, spec } },
    {
      ...{ read: parseRestrictionAct, inBrowsers: true },
      isAbout: (act) => act.kind === 'window' && act.name === name,
      specOf: (act) => (act.verb === 'put' ? act.spec : undefined),
    },
  );
  tellChecked(context, `window ${name}`, problems, changes.length, 'put the window again');
  return undefined;
}
