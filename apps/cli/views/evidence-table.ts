import { shortId } from '../../../core/ids.js';
import type { EvidenceAttachment } from '#gen/release/v1/bundle_pb.js';
import type { Context } from '../program/context.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';

/** Evidence as a table. */
export function evidenceTable(evidence: readonly EvidenceAttachment[], context: Context): string {
  const rows = evidence.map(({ attestation, about }) => [
    attestation?.id.slice(0, 12) ?? '',
    attestation?.kind ?? '',
    about.join(', '),
    attestation?.signer ?? '',
    relativeTime(instantOf(attestation?.registeredAt), context.now()),
    relativeTime(instantOf(attestation?.testedAt), context.now()),
    shortId(attestation?.checksum ?? ''),
  ]);
  return renderTable(
    ['EVIDENCE', 'KIND', 'ABOUT', 'SIGNER', 'REGISTERED', 'TESTED', 'CHECKSUM'].map((title) =>
      context.terminal.colours.dim(title),
    ),
    rows,
  );
}
