import { createClient } from '@connectrpc/connect';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import type { EvidenceAttachment } from '#gen/release/v1/bundle_pb.js';
import { packagesIn } from '../../../core/evidence/sbom-packages.js';
import { openBundle } from '../../../core/signature/envelope.js';
import { claimOf } from '../../../core/signature/statement.js';
import { transport } from '../connection/transport.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import common from './bundle.module.css';
import { PackageTable } from './package-table.js';

/** What is in each artifact, by its signed SBOM: packages and their licences. */
export function Packages({ evidence }: { readonly evidence: readonly EvidenceAttachment[] }) {
  const sboms = evidence.filter(({ attestation }) => attestation?.kind === 'sbom-spdx');
  const [chosen, setChosen] = useState<string>();
  if (sboms.length === 0) return <Empty title="No SPDX document is attached" />;
  return (
    <div className={common['pad']}>
      <label className={common['row']}>
        in
        <select
          aria-label="Artifact whose packages are listed"
          value={chosen ?? ''}
          onChange={(event) => setChosen(event.target.value || undefined)}
        >
          <option value="">choose an artifact</option>
          {sboms.map(({ attestation, about }) => (
            <option key={attestation?.id} value={attestation?.id}>
              {about.join(', ')}
            </option>
          ))}
        </select>
      </label>
      {chosen !== undefined && <Contents key={chosen} attestationId={chosen} />}
    </div>
  );
}

function Contents({ attestationId }: { readonly attestationId: string }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['packages', attestationId],
    queryFn: async () => {
      const { signedStatement } = await createClient(EvidenceService, transport).getEvidence({ attestationId });
      return packagesIn(claimOf(openBundle(signedStatement)).statement);
    },
    staleTime: Infinity,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the packages" rows={1} />;
  if (data.length === 0) return <Empty title="Its SPDX document names no packages" />;
  return <PackageTable packages={data} />;
}
