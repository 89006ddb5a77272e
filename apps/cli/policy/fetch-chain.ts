import { verifyStatement } from '../../../adapters/sigstore/verify-statement.js';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError, messageOf } from '../../../core/errors.js';
import { parsePolicyAct } from '../../../core/evidence/read-policy-act.js';
import type { AuditedAct, AuditedVersion } from '../../../core/governance/audit.js';
import type { DocumentName } from '../../../core/governance/document.js';
import type { GetPolicyVersionResponse, PolicyAct } from '#gen/governance/v1/governance_service_pb.js';
import type { Clients } from '../connection/clients.js';
import { versionNameOf } from './words.js';

/** The published versions of a document, as a server tells them, with what was found when signatures were verified. */
export interface FetchedChain {
  readonly document: DocumentName;
  /** From the first to the newest. */
  readonly versions: readonly AuditedVersion[];
  readonly inForce: boolean;
}

/** More versions than that nobody has published; a server that tells of more wants to keep whoever asks busy. */
const maxVersions = 10_000;

/**
 * Fetches a version and all before it, each by the digest that the one after it names.
 *
 * @param keysOf the public keys of a person, in PEM, that are trusted
 */
export async function fetchChain(
  { governance }: Pick<Clients, 'governance'>,
  document: DocumentName,
  keysOf: (principal: string) => readonly string[],
): Promise<FetchedChain> {
  const versions: AuditedVersion[] = [];
  let wanted = `${document.kind}/${document.name}`;
  let inForce = false;
  while (wanted !== '' && versions.length < maxVersions) {
    const answer = await governance.getPolicyVersion({ version: wanted });
    const version = auditedOf(answer, keysOf);
    if (versions.length === 0) inForce = answer.inForce;
    versions.unshift(version);
    const after = versions[1];
    // What is told does not hang together, which the audit says.
    if (after !== undefined && version.version >= after.version) break;
    wanted = version.previous ?? '';
  }
  return { document, versions, inForce };
}

function auditedOf(
  { version, text, tests }: GetPolicyVersionResponse,
  keysOf: (principal: string) => readonly string[],
): AuditedVersion {
  if (version === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named no version' });
  return {
    ...versionNameOf(version),
    ...{ digest: parseDigest(version.digest), text, tests },
    ...(version.governedBy !== '' && { governedBy: parseDigest(version.governedBy) }),
    acts: version.acts.map((act) => verified(act, keysOf(act.principal))),
  };
}

/** What an act says, if a key of the person signed it whom the server names, and it says what the server says. */
function verified({ verb, principal, signedStatement }: PolicyAct, keys: readonly string[]): AuditedAct {
  const refuse = (problem: string) => ({ verb, principal, verified: { problem } });
  if (keys.length === 0) return refuse('no key of this person is trusted');
  try {
    const act = parsePolicyAct(verifyStatement(signedStatement, keys).statement);
    if (act.principal !== principal) return refuse(`it is a statement of ${act.principal}`);
    return act.verb === verb ? { verb, principal, verified: act } : refuse(`its statement says ${act.verb}`);
  } catch (error) {
    return refuse(messageOf(error));
  }
}
