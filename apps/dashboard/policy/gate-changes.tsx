import { type GateDifference, GateDifferenceKind } from '#gen/governance/v1/governance_service_pb.js';
import { laneWord } from '../parts/states.js';
import rows from '../parts/rows.module.css';
import css from './policy.module.css';

/** What a version changes of gates: each gate with the lanes in which the same happens, and its values before and after. */
export function GateChanges({ changes }: { readonly changes: readonly GateDifference[] }) {
  return (
    <ul className={`${rows['pad'] ?? ''} ${css['gates'] ?? ''}`}>
      {changes.map((one) => (
        <li key={`${one.override} ${one.gateId} ${one.lanes.join()}`}>
          <p>
            <strong>{one.gateId}</strong>
            {one.override !== '' && ` in override ${one.override}`}
            <span className={rows['tag']}>
              {wordOf(one)} in {one.lanes.map(laneWord).join(', ')}
            </span>
          </p>
          <table className={css['values']}>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {one.fields.map(({ field, before, after }) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td>
                    <code>{before || '-'}</code>
                  </td>
                  <td>
                    <code>{after || '-'}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </li>
      ))}
    </ul>
  );
}

function wordOf({ kind }: GateDifference): string {
  return kind === GateDifferenceKind.UNSPECIFIED ? 'changed' : GateDifferenceKind[kind].toLowerCase();
}
