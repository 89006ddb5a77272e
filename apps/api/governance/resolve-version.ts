import type { Digest } from '../../../core/digest.js';
import { parseDigest } from '../../../core/digest.js';
import { documentKinds, type DocumentName } from '../../../core/governance/document.js';
import { invalidInput } from '../../../core/input.js';
import type { Transaction } from '../../../store/database.js';
import { headOf, publishedVersion, unknownDocument } from '../../../store/governance/read.js';
import { resolvePolicyVersion } from '../../../store/resolve-id.js';

/**
 * The version that people name: `policy/default` for the one published last, `policy/default@3` for a published one, or a
 * part of its digest.
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
  const found =
    number === undefined
      ? await headOf(tx, document)
      : await publishedVersion(tx, { ...document, version: Number(number) });
  if (found === undefined) throw unknownDocument(document, number);
  return found.digest;
}
