import type { Digest } from '../../../core/digest.js';
import { parseDigest } from '../../../core/digest.js';
import { documentKinds, type DocumentName } from '../../../core/governance/document.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { invalidInput } from '../../../core/input.js';
import type { Transaction } from '../../../store/database.js';
import { headOf, unknownDocument, versionsNumbered } from '../../../store/governance/read.js';
import { resolvePolicyVersion } from '../../../store/resolve-id.js';

/**
 * The version that people name: `policy/default` for the one published last, `policy/default@3` for the one published with
 * this number or, where none was, the only one that waits; or a part of its digest.
 *
 * @throws INVALID_INPUT, NOT_FOUND
 */
export async function resolveVersion(tx: Transaction, given: string): Promise<Digest> {
  if (!given.includes('/')) return parseDigest(await resolvePolicyVersion(tx, given));
  const [, kind, name = '', number] = /^([a-z]+)\/([a-z0-9][a-z0-9-]{0,62})(?:@([1-9][0-9]{0,6}))?$/.exec(given) ?? [];
  const known = documentKinds.find((one) => one === kind);
  if (known === undefined)
    throw invalidInput(
      given,
      `a version is named as policy/default, policy/default@3 or by its digest; kinds are ${documentKinds.join(', ')}`,
    );
  const document: DocumentName = { kind: known, name };
  if (number === undefined) {
    const head = await headOf(tx, document);
    if (head === undefined) throw unknownDocument(document);
    return head.digest;
  }
  const [found, ...others] = await versionsNumbered(tx, { ...document, version: Number(number) });
  if (found === undefined) throw unknownDocument(document, number);
  if (others.length === 0) return found.digest;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${given} names more than one version that waits`,
    object: given,
    why: `candidates: ${[found, ...others].map(({ digest, author }) => `${shortId(digest)} by ${author ?? 'nobody'}`).join(', ')}`,
    next: 'name it by its digest',
  });
}
