import { type GateDifference, GateDifferenceKind } from '#gen/governance/v1/governance_service_pb.js';
import type { ChangeKind } from '../../../core/governance/gate-changes.js';
import { onlyTheDocument, wordsOfGateChange } from '../../../core/governance/gate-change-words.js';
import { Note } from '../parts/notes.js';
import { laneWord } from '../parts/states.js';
import rows from '../parts/rows.module.css';
import css from './policy.module.css';

/** What a version changes: what it extends, then each gate with the lanes in which the same happens, and its values. */
export function GateChanges({ changes }: { readonly changes: readonly GateDifference[] }) {
  const isGate = ({ gateId }: GateDifference) => gateId !== '';
  return (
    <>
      <p className={rows['pad']}>{onlyTheDocument}</p>
      {changes
        .filter((one) => !isGate(one))
        .map((one) => (
          <Note key="extends" tone="wait">
            {wordsOf(one)}
          </Note>
        ))}
      <ul className={`${rows['pad'] ?? ''} ${css['gates'] ?? ''}`}>
        {changes.filter(isGate).map((one) => (
          <Change key={`${one.override} ${one.gateId} ${String(one.kind)} ${one.lanes.join()}`} change={one} />
        ))}
      </ul>
    </>
  );
}

function Change({ change }: { readonly change: GateDifference }) {
  return (
    <li>
      <p>
        <strong>{change.gateId}</strong>
        {change.override !== '' && ` in override ${change.override}`}
        <span className={rows['tag']}>{wordsOf(change)}</span>
      </p>
      {change.fields.length > 0 && (
        <table className={css['values']}>
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {change.fields.map(({ field, before, after }) => (
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
      )}
    </li>
  );
}

function wordsOf({ gateId: gate, override, kind, lanes, fields }: GateDifference): string {
  const change = kindWords[kind];
  return wordsOfGateChange({ gate, ...(override !== '' && { override }), change, lanes: lanes.map(laneWord), fields });
}

const kindWords: Readonly<Record<GateDifferenceKind, ChangeKind>> = {
  [GateDifferenceKind.UNSPECIFIED]: 'changed',
  [GateDifferenceKind.ADDED]: 'added',
  [GateDifferenceKind.REMOVED]: 'removed',
  [GateDifferenceKind.CHANGED]: 'changed',
  [GateDifferenceKind.LEFT_OUT]: 'left-out',
  [GateDifferenceKind.NO_LONGER_LEFT_OUT]: 'no-longer-left-out',
  [GateDifferenceKind.REFINED]: 'refined',
  [GateDifferenceKind.NO_LONGER_REFINED]: 'no-longer-refined',
  [GateDifferenceKind.REFINEMENT_CHANGED]: 'refinement-changed',
  [GateDifferenceKind.EXTENDS]: 'extends',
};
