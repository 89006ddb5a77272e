import { useQuery } from '@connectrpc/connect-query';
import { useState } from 'react';
import type { CheckRun, Read } from '#gen/governance/v1/check_run_pb.js';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { ShortId } from '../parts/copy.js';
import { VerdictMark } from '../parts/states.js';
import css from './gates.module.css';

/** So many values are shown at once; more of them are folded. */
const maxUnfolded = 5;

/** What a gate rests on: each of its parts with its verdict and what its rule has read, and evidence and approvals. */
export function Grounds({ gate }: { readonly gate: CheckRun }) {
  const [isOpen, setOpen] = useState(false);
  const clauses = useExplained(gate, isOpen);
  if (clauses.length < 2 && gate.reliedOn.length === 0 && clauses[0]?.term !== 'rule') return null;
  return (
    <details className={css['more']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What it rests on</summary>
      <ul>
        {clauses.map((clause) => (
          <li key={clause.term}>
            <VerdictMark verdict={clause.verdict} /> {clause.term}: {clause.explanation}
            {clause.reads.length > 0 && <Reads reads={clause.reads} />}
          </li>
        ))}
        {gate.reliedOn.map(({ kind, id }) => (
          <li key={id}>
            {kind} <ShortId id={id} what={`id of the ${kind}`} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The parts of a gate; what rules have read is asked for when somebody wants to know, unless it is there already. */
function useExplained({ promotionId, round, gateId, clauses }: CheckRun, isWanted: boolean): CheckRun['clauses'] {
  // A plan is of no round, and was explained where it was made.
  const { data } = useQuery(
    GateService.method.listGates,
    { promotionId, explain: true },
    { enabled: isWanted && round > 0 && clauses.some(({ term }) => term === 'rule') },
  );
  return data?.gates.find((one) => one.gateId === gateId && one.round === round)?.clauses ?? clauses;
}

function Reads({ reads }: { readonly reads: readonly Read[] }) {
  return (
    <details open={reads.length <= maxUnfolded} className={css['reads']}>
      <summary>{reads.length === 1 ? 'It read one value' : `It read ${String(reads.length)} values`}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {reads.map(({ path, value }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td>
                <code>{value}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
