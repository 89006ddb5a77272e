import type { PolicyInForce } from '#gen/governance/v1/gate_service_pb.js';
import {
  GateType,
  PromotionKind,
  type RequiredCheck,
  Severity,
  type ValueSource,
} from '#gen/governance/v1/policy_pb.js';
import { ShortId } from '../parts/copy.js';
import { LaneName } from '../parts/lane-name.js';
import rows from '../parts/rows.module.css';
import { useWords } from '../parts/words.js';
import css from './policy.module.css';

const ways: Readonly<Record<PromotionKind, string>> = {
  [PromotionKind.UNSPECIFIED]: '',
  [PromotionKind.PROMOTION]: 'going in',
  [PromotionKind.HOTFIX]: 'going in as a hotfix',
  [PromotionKind.ROLLBACK]: 'going back',
};

/** What applies in one lane: each gate with what it demands, and where each of its values is written. */
export function PolicyOfLane({
  inForce: { policy, sources, versions, profileSource },
}: {
  readonly inForce: PolicyInForce;
}) {
  const words = useWords(policy?.product ?? '');
  if (policy === undefined) return null;
  const { digest, name, lane, kind, checks, profile } = policy;
  return (
    <details className={css['policy']}>
      <summary>
        <LaneName lane={lane} /> {ways[kind]}
        <span className={rows['small']}>
          {' '}
          {words.count(checks.length, 'gate')} of the policy {name}
        </span>
      </summary>
      <p className={rows['small']}>
        Digest <ShortId id={digest} what="policy digest" /> · from {versions.join(', ')} ·{' '}
        {profile === '' ? 'no methodology profile' : `profile ${profile}, named by the ${profileSource}`}
      </p>
      {checks.length === 0 && <p>No {words.one('gate')} applies.</p>}
      <ul className={css['gates']}>
        {checks.map((check) => (
          <Gate key={check.id} check={check} sources={sources.filter(({ gateId }) => gateId === check.id)} />
        ))}
      </ul>
    </details>
  );
}

function Gate({ check, sources }: { readonly check: RequiredCheck; readonly sources: readonly ValueSource[] }) {
  const { id, type, severity, message, demands } = check;
  return (
    <li>
      <p>
        <strong>{id}</strong>
        <span className={rows['tag']}>{GateType[type].toLowerCase().replaceAll('_', ' ')}</span>
        {severity === Severity.ADVISORY && <span className={rows['tag']}>advises, and holds nothing</span>}
      </p>
      {message !== '' && <p className={rows['small']}>{message}</p>}
      <ul className={css['demands']}>
        {demands.map(({ term, words }) => (
          <li key={term}>
            <span className={rows['small']}>{term}</span> {term === 'rule' ? <code>{words}</code> : words}
          </li>
        ))}
      </ul>
      <details>
        <summary className={rows['small']}>What it asks for, and where that is written</summary>
        <table className={css['values']}>
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col">Is</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {sources.map(({ field, value, file, line, override }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>
                  <code>{value}</code>
                </td>
                <td>
                  {file === '' ? 'default' : `${file}:${String(line)}`}
                  {override !== '' && `, override ${override}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </li>
  );
}
