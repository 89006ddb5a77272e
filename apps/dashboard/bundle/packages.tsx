import { createClient } from '@connectrpc/connect';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import type { EvidenceAttachment } from '#gen/release/v1/bundle_pb.js';
import { packagesIn, type SbomPackage } from '../../../core/evidence/sbom-packages.js';
import { openBundle } from '../../../core/signature/envelope.js';
import { claimOf } from '../../../core/signature/statement.js';
import { transport } from '../connection/transport.js';
import { Filter } from '../parts/filter.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import common from './bundle.module.css';
import css from './packages.module.css';

const rowHeight = 29;

/** What is in each artifact, by its signed SBOM: packages and their licences. */
export function Packages({ evidence }: { readonly evidence: readonly EvidenceAttachment[] }) {
  const sboms = evidence.filter(({ attestation }) => attestation?.kind === 'sbom-spdx');
  const [chosen, setChosen] = useState<string>();
  if (sboms.length === 0) return <Empty title="No SPDX document is attached" />;
  return (
    <div className={common['pad']}>
      <label className={common['row']}>
        in
        <select value={chosen ?? ''} onChange={(event) => setChosen(event.target.value || undefined)}>
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
  const [q, setQ] = useState('');
  const { data, error, isPending } = useQuery({
    queryKey: ['packages', attestationId],
    queryFn: async () => {
      const { signedStatement } = await createClient(EvidenceService, transport).getEvidence({ attestationId });
      return packagesIn(claimOf(openBundle(signedStatement)).statement);
    },
    staleTime: Infinity,
  });
  const shown = useMemo(() => {
    const wanted = q.trim().toLowerCase();
    return (data ?? []).filter(
      ({ name, licence }) => name.toLowerCase().includes(wanted) || licence.toLowerCase().includes(wanted),
    );
  }, [data, q]);
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the packages" rows={1} />;
  return (
    <>
      <div className={common['row']}>
        <Filter value={q} label="Filter by package or licence" onChange={setQ} />
        <span className={css['count']} role="status">
          {shown.length} of {data.length} packages
        </span>
      </div>
      {shown.length > 0 && <List packages={shown} />}
    </>
  );
}

function List({ packages }: { readonly packages: readonly SbomPackage[] }) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: packages.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  return (
    <div
      ref={box}
      className={css['box']}
      tabIndex={0}
      role="table"
      aria-label="Packages"
      aria-rowcount={packages.length}
    >
      <div role="rowgroup" className={css['rows']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const one = packages[index];
          return one === undefined ? null : (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 1}
              className={css['package']}
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              <span role="cell">{one.name}</span>
              <span role="cell">{one.version}</span>
              <span role="cell">{one.licence || 'no licence said'}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
