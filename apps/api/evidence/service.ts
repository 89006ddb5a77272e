import type { ServiceImpl } from '@connectrpc/connect';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import { attestationById, evidenceOfBundle } from '../../../store/evidence/read.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import { attachEvidence } from './attach.js';
import { requireCaller } from '../identity/caller.js';
import { toAttestationMessage } from '../bundle/convert.js';
import type { ApiDeps } from '../deps.js';

/** Signed facts about bundles and artifacts. */
export function createEvidenceService(deps: ApiDeps): ServiceImpl<typeof EvidenceService> {
  const { database, blobs } = deps;
  return {
    async attachEvidence(request, context) {
      const attestation = await attachEvidence(deps, requireCaller(context), {
        bundle: parseDigest(request.bundleDigest),
        kind: request.kind,
        report: request.report,
        signed: request.signedStatement,
      });
      return { attestation: toAttestationMessage(attestation) };
    },
    async listEvidence(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const bundle = await resolveBundle(tx, request.bundle);
        return { attestations: (await evidenceOfBundle(tx, bundle)).map(toAttestationMessage) };
      });
    },
    async getEvidence(request, context) {
      const { tenant } = requireCaller(context);
      const attestation = await database.transaction(tenant, (tx) => attestationById(tx, request.attestationId));
      if (attestation === undefined) {
        throw new LanekeeperError('NOT_FOUND', {
          message: `there is no evidence ${request.attestationId}`,
          object: `evidence ${request.attestationId}`,
          next: 'lane evidence list BUNDLE',
        });
      }
      const signedStatement = await blobs.of(tenant).get(attestation.checksum);
      return { attestation: toAttestationMessage(attestation), signedStatement };
    },
  };
}
