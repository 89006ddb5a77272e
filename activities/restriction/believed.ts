import { digestOfJson } from '../../core/hash.js';
import { parseRestrictionAct } from '../../core/evidence/read-restriction-act.js';
import { rememberedOfRestriction } from '../../core/evidence/restriction-act.js';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Recalled } from '../../core/promotion/standing.js';
import { recallOf } from '../../core/restriction/closed.js';
import { keyText } from '../../core/restriction/model.js';
import { problemOfHead } from '../../core/signed-object/believe.js';
import type { Transaction } from '../../store/database.js';
import { restrictionHeads, statementOfRestriction } from '../../store/restriction/changes.js';
import { restrictionsOn } from '../../store/restriction/read.js';
import type { Preparation } from '../policy/preparation.js';
import { requireVerified, saidOf } from '../policy/verified-heads.js';

/**
 * Why the windows and holds of a lane are not what people have signed; undefined when they are. A row that somebody has
 * changed, added or taken away keeps promotions out of the lane, whatever it says.
 *
 * @throws Unprepared when a statement has not been verified yet
 */
export async function problemOfRestrictions(
  tx: Transaction,
  known: Preparation,
  key: { readonly product: string; readonly lane: Lane },
): Promise<string | undefined> {
  const heads = await restrictionHeads(tx);
  if (heads.length === 0) return undefined;
  await requireVerified(known, heads, {
    signed: (statement) => statementOfRestriction(tx, statement),
    read: (statement) => rememberedOfRestriction(parseRestrictionAct(statement)),
  });
  const rows = new Map(
    (await restrictionsOn(tx, key)).map(({ restriction }) => [keyText(restriction), digestOfJson(restriction.spec)]),
  );
  for (const head of heads) {
    const said = saidOf(known, head.change);
    const problem = problemOfHead(tx.tenant, head, said);
    if (problem !== undefined && problem.products?.includes(key.product) !== false)
      return untrusted(head.name, problem.why);
    if (said === undefined || 'problem' in said || said.verb === 'retire') continue;
    if (!isSame(head.products, said.products) || !isSame(head.lanes, said.lanes))
      return untrusted(head.name, 'what it is about is not what was signed');
    const content = rows.get(head.name);
    if (content !== undefined && content !== said.content)
      return untrusted(head.name, 'its content is not what was signed');
  }
  return undefined;
}

/**
 * The recall of a bundle, as people have signed it. One that is not to be believed ends nothing: it only keeps promotions
 * out of their lanes.
 */
export async function believedRecall(
  tx: Transaction,
  known: Preparation,
  key: { readonly product: string; readonly lane: Lane; readonly bundle: Digest },
): Promise<Recalled | undefined> {
  const recalled = recallOf(await restrictionsOn(tx, key), key.bundle);
  return recalled && (await problemOfRestrictions(tx, known, key)) === undefined ? recalled : undefined;
}

function isSame(row: readonly string[] | null, said: readonly string[] | undefined): boolean {
  if (row === null || said === undefined) return row === null && said === undefined;
  return row.join(' ') === said.join(' ');
}

function untrusted(name: string, why: string): string {
  return `${name} is not to be believed: ${why}`;
}
