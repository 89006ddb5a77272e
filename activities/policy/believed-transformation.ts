import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOfJson } from '../../core/hash.js';
import { rememberedOfTransformation } from '../../core/evidence/transformation-act.js';
import { parseTransformationAct } from '../../core/evidence/read-transformation-act.js';
import { type ObjectHead, problemOfHead } from '../../core/signed-object/believe.js';
import type { Transaction } from '../../store/database.js';
import { statementOfHead, transformationHeads } from '../../store/transformation/heads.js';
import { requireTransformation, type StoredTransformation } from '../../store/transformation/read.js';
import type { Preparation } from './preparation.js';
import { requireVerified, saidOf } from './verified-heads.js';

/** A transformation, and the digest of its content that was signed. */
export interface BelievedTransformation extends StoredTransformation {
  readonly content: Digest;
}

/**
 * The transformation to which a product belongs, as the newest statements say that people have signed; of several, the one
 * that was put last. Rows alone are not believed: neither who belongs to what, nor what a transformation says.
 *
 * @throws POLICY_UNTRUSTED where a row that concerns the product is not what was signed
 * @throws Unprepared when a statement has not been verified yet
 */
export async function believedTransformation(
  tx: Transaction,
  known: Preparation,
  product: string,
): Promise<BelievedTransformation | undefined> {
  const heads = await transformationHeads(tx);
  await requireVerified(known, heads, {
    signed: (statement) => statementOfHead(tx, statement),
    read: (statement) => rememberedOfTransformation(parseTransformationAct(statement)),
  });
  const claims = heads.flatMap((head) => {
    const said = saidOf(known, head.change);
    const problem = problemOfHead(tx.tenant, head, said);
    if (problem !== undefined) {
      if (problem.products?.includes(product) === false) return [];
      throw untrusted(head.name, problem.why);
    }
    return said !== undefined && !('problem' in said) && said.products?.includes(product) === true
      ? [{ head, said }]
      : [];
  });
  const [last] = claims.sort((a, b) => putAt(b.head) - putAt(a.head) || (a.head.name < b.head.name ? -1 : 1));
  if (last === undefined) return undefined;
  const stored = await requireTransformation(tx, last.head.name);
  const { content, revision } = last.said;
  if (digestOfJson(stored.spec) === content && stored.revision === revision + 1) return { ...stored, content };
  throw untrusted(stored.name, 'its content is not what was signed');
}

function putAt({ change }: ObjectHead): number {
  return change?.registeredAt.getTime() ?? 0;
}

function untrusted(name: string, why: string): LanekeeperError {
  return new LanekeeperError('POLICY_UNTRUSTED', {
    message: `transformation ${name} is not to be believed`,
    object: `transformation/${name}`,
    why,
    next: `find out who has changed the database, or revoked a key: lane transformation history ${name} --verify; then restore it from a backup, or put it again`,
  });
}
