import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import type { EvidenceAttachment } from '#gen/release/v1/bundle_pb.js';
import { buildFactsIn } from '../../../core/evidence/build-facts.js';
import { openBundle } from '../../../core/signature/envelope.js';
import { claimOf } from '../../../core/signature/statement.js';
import { spanOf } from '../connection/clock.js';
import { transport } from '../connection/transport.js';
import { ShortId } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Empty, Loading, Note, ProblemNote } from '../parts/notes.js';
import { Fields } from '../parts/screen.js';
import css from './bundle.module.css';

/** How each artifact was built, as the builder has signed it. */
export function Provenance({ evidence }: { readonly evidence: readonly EvidenceAttachment[] }) {
  const signed = evidence.filter(({ attestation }) => attestation?.kind === 'provenance');
  if (signed.length === 0) return <Empty title="No provenance is attached" />;
  return (
    <div className={css['builds']}>
      {signed.map(({ attestation, about }) =>
        attestation === undefined ? null : (
          <Build key={attestation.id} id={attestation.id} about={about.join(', ')} signer={attestation.signer} />
        ),
      )}
    </div>
  );
}

function Build({ id, about, signer }: { readonly id: string; readonly about: string; readonly signer: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>{about}</strong> <span className={css['why']}>signed by {signer}</span>
      </summary>
      {isOpen && <Facts attestationId={id} />}
    </details>
  );
}

function Facts({ attestationId }: { readonly attestationId: string }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['provenance', attestationId],
    queryFn: async () => {
      const { signedStatement } = await createClient(EvidenceService, transport).getEvidence({ attestationId });
      return buildFactsIn(claimOf(openBundle(signedStatement)).statement) ?? null;
    },
    staleTime: Infinity,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the provenance" rows={2} />;
  if (data === null) return <Note>The statement is not SLSA provenance v1.</Note>;
  const [from, to] = [Date.parse(data.startedOn), Date.parse(data.finishedOn)];
  return (
    <Fields
      rows={[
        ['Builder', data.builder],
        ['Kind of build', data.buildType],
        ['Repository', data.repository],
        ['Commit', <ShortId key="commit" id={data.commit} what="commit" />],
        ['Tree', <ShortId key="tree" id={data.tree} what="tree" />],
        ['Commands', data.commands.join('; ') || 'none'],
        ['Node.js', data.node],
        ['Started', Number.isNaN(from) ? '–' : <At key="from" at={timestampFromDate(new Date(from))} />],
        ['Took', Number.isNaN(to - from) ? '–' : spanOf(to - from)],
        ['Run', data.invocation],
      ]}
    />
  );
}
