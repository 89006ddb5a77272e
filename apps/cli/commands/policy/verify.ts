import { resolve } from 'node:path';
import { parseDigest } from '../../../../core/digest.js';
import { LanekeeperError } from '../../../../core/errors.js';
import { auditChain, type AuditFinding, type AuditTerms } from '../../../../core/governance/audit.js';
import {
  digestOfInstallation,
  type DocumentName,
  governanceName,
  type InstalledDocument,
} from '../../../../core/governance/document.js';
import { tenantOfToken } from '../../../../core/identity/token.js';
import { shortId } from '../../../../core/ids.js';
import { PolicyState } from '#gen/governance/v1/governance_service_pb.js';
import type { Clients } from '../../connection/clients.js';
import { renderTable } from '../../output/table.js';
import { fetchChain, type FetchedChain } from '../../policy/fetch-chain.js';
import { keysIn, keysTold, rolesIn, rootOf } from '../../policy/trusted.js';
import { kindOf, parseDocumentName } from '../../policy/words.js';
import type { Context } from '../../program/context.js';
import { counted } from '../../output/counted.js';

/** What is trusted instead of what the stack says. */
export interface VerifyOptions {
  readonly root?: string;
  readonly keys?: string;
  readonly roles?: string;
}

const governance: DocumentName = { kind: 'governance', name: governanceName };

/**
 * Verifies versions as an auditor does, who believes no server.
 *
 * @throws POLICY_UNTRUSTED, SIGNATURE_INVALID or ROLE_MISSING, of the first thing that does not hold, after showing all
 */
export async function verifyVersions(
  context: Context,
  document: string | undefined,
  options: VerifyOptions,
): Promise<undefined> {
  const { root, keys, roles } = options;
  const api = await context.api();
  const tenant = tenantOfToken(context.identity().token);
  const pinned = await rootOf(context, root, tenant);
  const { principals } = await api.identity.listPrincipals({});
  const keysOf = keys === undefined ? keysTold(principals) : await keysIn(resolve(context.cwd, keys));
  const rolesOf =
    roles === undefined
      ? (person: string) => principals.find(({ name }) => name === person)?.roles
      : await rolesIn(resolve(context.cwd, roles));
  noteWhatIsBelieved(context, options);
  const installation = await installationOf(api);
  const wanted = document === undefined ? await allDocuments(api, installation) : [documentOf(document)];
  const rules = await fetchChain(api, governance, keysOf);
  const chains = [rules];
  for (const one of wanted) if (one.kind !== 'governance') chains.push(await fetchChain(api, one, keysOf));
  const terms: AuditTerms = {
    ...{ tenant, installation, pinned, rolesOf, rolesAreOfNow: roles === undefined },
    governance: new Map(rules.versions.map((version) => [version.digest, version])),
  };
  const findings = [
    findingOfInstallation(installation, pinned),
    ...chains.flatMap((chain) => auditChain(chain.document, chain.versions, chain.inForce, terms)),
  ];
  await show(context, findings, chains);
  requireSound(findings);
  return undefined;
}

function noteWhatIsBelieved(context: Context, { root, keys, roles }: VerifyOptions): void {
  if (root === undefined)
    context.terminal.note('what was installed, only the data folder of the stack says; pin it with --root');
  if (keys === undefined)
    context.terminal.note('whose key is whose, only the stack says; pin the keys of people with --keys FOLDER');
  if (roles === undefined)
    context.terminal.note('who has which roles, only the stack says, as of now; say it yourself with --roles FILE');
}

async function installationOf({ governance: rpc }: Clients): Promise<readonly InstalledDocument[]> {
  const { documents } = await rpc.getPolicyInstallation({});
  return documents.map((one) => ({
    ...{ kind: kindOf(one), name: one.name, content: parseDigest(one.contentDigest) },
  }));
}

/** What was installed and what is in force, the policy of policies first. */
async function allDocuments(
  { governance: rpc }: Clients,
  installation: readonly InstalledDocument[],
): Promise<readonly DocumentName[]> {
  const { versions } = await rpc.listPolicyVersions({ states: [PolicyState.PUBLISHED] });
  if (versions.length >= mostListed)
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: `the stack lists no more than ${String(mostListed)} documents in force`,
      next: 'name one document after the other: lane policy verify policy/default',
    });
  const names = [...installation, ...versions.map((version) => ({ kind: kindOf(version), name: version.name }))];
  return [...new Map(names.map(({ kind, name }) => [`${kind}/${name}`, { kind, name }])).values()];
}

/** As many versions as a list of them may hold. */
const mostListed = 200;

function documentOf(given: string): DocumentName {
  const { kind, name } = parseDocumentName(given);
  return { kind: kindOf({ kind }), name };
}

function findingOfInstallation(installation: readonly InstalledDocument[], pinned: string): AuditFinding {
  const about = { version: 'installation', check: 'origin' } as const;
  return digestOfInstallation(installation) === pinned
    ? { ...about, found: 'it is what is pinned' }
    : { ...about, found: 'it is not what is pinned', problem: 'POLICY_UNTRUSTED' };
}

async function show(
  context: Context,
  findings: readonly AuditFinding[],
  chains: readonly FetchedChain[],
): Promise<void> {
  const { colours } = context.terminal;
  const newest = chains.flatMap(({ versions }) => versions.slice(-1));
  const value = {
    verified: findings.every(({ problem }) => problem === undefined),
    newest: newest.map(({ kind, name, version, digest }) => ({
      version: `${kind}/${name}@${String(version)}`,
      digest,
    })),
    findings: findings.map((finding) => ({ ...finding })),
  };
  await context.show.object('PolicyVerification', value, () =>
    [
      renderTable(
        ['', 'VERSION', 'CHECK', 'FOUND'].map((title) => colours.dim(title)),
        findings.map(({ version, check, found, problem }) => [
          problem === undefined ? colours.green('✓') : colours.red('✗'),
          version,
          check,
          found,
        ]),
      ),
      // A server can keep versions back that nobody else has told of.
      `newest that the stack tells of: ${newest.map(({ kind, name, version, digest }) => `${kind}/${name}@${String(version)} (${shortId(digest)})`).join(', ')}`,
    ].join('\n\n'),
  );
}

/** @throws what is said of the first finding that does not hold */
function requireSound(findings: readonly AuditFinding[]): void {
  const broken = findings.filter(({ problem }) => problem !== undefined);
  const [first] = broken;
  if (first?.problem === undefined) return;
  throw new LanekeeperError(first.problem, {
    message: `${String(broken.length)} of ${counted(findings.length, 'check')} ${broken.length === 1 ? 'does' : 'do'} not hold`,
    object: first.version,
    why: `${first.check}: ${first.found}`,
    next: 'believe nothing that this stack decides until it is known who has changed what',
  });
}
