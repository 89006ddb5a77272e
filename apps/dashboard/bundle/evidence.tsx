import type { EvidenceAttachment } from '#gen/release/v1/bundle_pb.js';
import { ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import css from './bundle.module.css';

/** The signed facts about a bundle: what each says, of what, by whom, and since when. */
export function Evidence({ evidence }: { readonly evidence: readonly EvidenceAttachment[] }) {
  return (
    <div className={css['scroll']} tabIndex={0} role="region" aria-label="Evidence">
      <table className={css['table']}>
        <thead>
          <tr>
            {['Kind', 'About', 'Signed by', 'Registered', 'Checksum'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {evidence.map(({ attestation, about }) =>
            attestation === undefined ? null : (
              <tr key={attestation.id}>
                <td title={attestation.predicateType}>{attestation.kind}</td>
                <td>{about.join(', ')}</td>
                <td>{attestation.signer}</td>
                <td>
                  <Ago at={attestation.registeredAt} />
                </td>
                <td>
                  <ShortId id={attestation.checksum} what="checksum" />
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
