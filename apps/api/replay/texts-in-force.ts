import type { DocumentName } from '../../../core/governance/document.js';
import type { Transaction } from '../../../store/database.js';
import { readHeads, textOfVersion } from '../../../store/governance/read.js';
import type { TextInForce } from './messages.js';

/**
 * What is in force in a tenant, as it is stored: what is asked of it decides nothing.
 *
 * @param except a document that is left out
 */
export async function textsInForce(tx: Transaction, except?: DocumentName): Promise<readonly TextInForce[]> {
  const texts: TextInForce[] = [];
  for (const { kind, name, version, digest, inForce } of await readHeads(tx)) {
    if (!inForce || (kind === except?.kind && name === except.name)) continue;
    const of = { fileName: `${kind}/${name}@${String(version)}`, version, digest };
    texts.push({ ...of, text: await textOfVersion(tx, digest) });
  }
  return texts;
}
