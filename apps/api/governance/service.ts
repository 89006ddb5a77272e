import type { ServiceImpl } from '@connectrpc/connect';
import { newestGates } from '../../../activities/policy/newest-gates.js';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { parsePolicyAct } from '../../../core/evidence/read-policy-act.js';
import type { InstalledDocument } from '../../../core/governance/document.js';
import type { GovernanceService } from '#gen/governance/v1/governance_service_pb.js';
import { listVersions } from '../../../store/governance/list.js';
import {
  actsInShort,
  actsOf,
  headOf,
  requireInstallation,
  requireVersion,
  testsOfVersion,
  textOfVersion,
} from '../../../store/governance/read.js';
import { requireProduct } from '../../../store/product/read.js';
import { fromPromotionKind, requireLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { requireOwnTenant, throughEnrolment } from '../enrolment/client.js';
import { requireCaller } from '../identity/caller.js';
import { toPolicyInForce } from '../policy/in-force.js';
import { kindOf, statesOf, toDocumentKind, toPolicyVersion } from './convert.js';
import { GateComparison } from './gate-changes.js';
import { TestRuns } from './test-runs.js';
import { resolveVersion } from './resolve-version.js';

/** As many as a response may hold. */
const maxListed = 200;

/**
 * The rules. The API may read them and not change them: a signed statement goes on to the enrolment process, which verifies
 * it; that the API has let a caller in counts for nothing there.
 */
export function createGovernanceService(deps: ApiDeps): ServiceImpl<typeof GovernanceService> {
  const { database, enrolment } = deps;
  const testRuns = new TestRuns(database);
  const comparison = new GateComparison();
  return {
    async submitPolicyAct({ signedStatement, text, tests }, context) {
      const { tenant } = requireCaller(context);
      requireOwnTenant(parsePolicyAct(unverifiedStatement(signedStatement).statement), tenant);
      return throughEnrolment(() => enrolment.submitPolicyAct({ signedStatement, text, tests }));
    },
    async listPolicyVersions(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const versions = await listVersions(tx, {
          kind: kindOf(request.kind),
          name: request.name === '' ? undefined : request.name,
          states: request.states.length === 0 ? undefined : statesOf(request.states),
          limit: maxListed,
        });
        const acts = await actsInShort(
          tx,
          versions.map(({ digest }) => digest),
        );
        return { versions: versions.map((version) => toPolicyVersion(version, acts)) };
      });
    },
    async getPolicyVersion(request, context) {
      const { tenant, principal } = requireCaller(context);
      const found = await database.transaction(tenant, async (tx) => {
        const version = await requireVersion(tx, await resolveVersion(tx, request.version));
        const { digest, previous } = version;
        return {
          version: toPolicyVersion(version, await actsOf(tx, [digest])),
          text: await textOfVersion(tx, digest),
          head: await headOf(tx, version),
          tests: await testsOfVersion(tx, digest),
          after: digest,
          before: previous && { digest: previous, text: await textOfVersion(tx, previous) },
        };
      });
      const { version, text, head, tests, after: digest, before } = found;
      const who = `${tenant}/${principal.name}`;
      return {
        ...{ version, text, tests, inForce: head?.digest === digest && head.inForce },
        // Outside of the transaction: it may take long.
        gateChanges: before === undefined ? [] : comparison.changes(who, before, { digest, text }),
      };
    },
    runPolicyTests: (request, context) => testRuns.run(requireCaller(context), request.version, context.signal),
    async getPolicyInstallation(_request, context) {
      const { tenant } = requireCaller(context);
      const { content } = await database.transaction(tenant, requireInstallation);
      const documents = JSON.parse(content) as readonly InstalledDocument[];
      return {
        documents: documents.map(({ kind, name, content: contentDigest }) => ({
          ...{ kind: toDocumentKind(kind), name, contentDigest },
        })),
      };
    },
    async resolveSnapshot(request, context) {
      const { tenant } = requireCaller(context);
      const lane = requireLane(request.lane);
      const kind = fromPromotionKind(request.kind);
      return whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => {
          const { name: product } = await requireProduct(tx, request.product);
          const newest = await newestGates(tx, known, { product, lane, kind });
          if ('problem' in newest) throw newest.problem;
          return { policy: toPolicyInForce(newest) };
        }),
      );
    },
  };
}
