import { useQuery } from '@connectrpc/connect-query';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { GovernanceService } from '#gen/governance/v1/governance_service_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import type { TestCase, TestCoverage, TestedGate, TestMismatch } from '#gen/governance/v1/policy_tests_pb.js';
import { laneAndKind } from '../../../core/promotion/state.js';
import { problemOf } from '../connection/problem.js';
import { Mark } from '../parts/mark.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { laneWord } from '../parts/states.js';
import css from './policy.module.css';

/** So many cases that passed are shown at once; more of them are folded. */
const maxUnfolded = 20;

/** What becomes of the tests of a version, which the server runs now: each case, why it failed, and what was seen of gates. */
export function VersionTests({ version }: { readonly version: string }) {
  const { data, error, isPending, refetch } = useQuery(
    GovernanceService.method.runPolicyTests,
    { version },
    // One at a time is run for each person: another tab may be first.
    { retry: (failures, why) => failures < 5 && problemOf(why).code === 'LIMIT_EXCEEDED', retryDelay: 1_000 },
  );
  if (error !== null) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading what="what becomes of the tests" rows={2} />;
  const passed = data.cases.filter((one) => one.passed);
  return (
    <>
      <p className={rows['pad']}>
        <strong>
          {String(passed.length)} of {String(data.cases.length)} {data.cases.length === 1 ? 'case' : 'cases'} passed
        </strong>
      </p>
      <ul className={rows['list']}>
        {data.cases
          .filter((one) => !one.passed)
          .map((one) => (
            <Case key={keyOf(one)} one={one} />
          ))}
      </ul>
      <details open={passed.length <= maxUnfolded} className={css['part']}>
        <summary>Those that passed</summary>
        <ul className={rows['list']}>
          {passed.map((one) => (
            <Case key={keyOf(one)} one={one} />
          ))}
        </ul>
      </details>
      {data.coverage !== undefined && <Coverage coverage={data.coverage} />}
    </>
  );
}

function Case({ one }: { readonly one: TestCase }) {
  return (
    <li>
      <Mark tone={one.passed ? 'good' : 'bad'} shape={one.passed ? 'check' : 'cross'} quiet>
        {one.passed ? 'passed' : 'failed'}
      </Mark>
      <div className={rows['grow']}>
        <p>
          {one.name}
          <span className={rows['tag']}>{whereOf(one)}</span>
        </p>
        {one.mismatches.map((mismatch) => (
          <Mismatch key={`${mismatch.gateId} ${mismatch.what}`} mismatch={mismatch} />
        ))}
      </div>
    </li>
  );
}

function Mismatch({ mismatch }: { readonly mismatch: TestMismatch }) {
  const { gateId, what, expected, actual, explanation, reads } = mismatch;
  return (
    <div className={rows['small']}>
      <p>
        {gateId === '' ? `The ${what}` : `Gate ${gateId}, ${what}`}: expected <code>{expected}</code>, found{' '}
        <code>{actual}</code>
      </p>
      {what !== 'explanation' && explanation !== '' && <p>{explanation}</p>}
      {reads.length > 0 && (
        <p>
          Its rule has read <code>{reads.map(({ path, value }) => `${path} = ${value}`).join(', ')}</code>
        </p>
      )}
    </div>
  );
}

function Coverage({ coverage: { percent, gates, overrides } }: { readonly coverage: TestCoverage }) {
  return (
    <details className={css['part']}>
      <summary>{String(percent)} % of its gates and overrides were seen</summary>
      <div className={rows['row']}>
        <table className={css['values']}>
          <thead>
            <tr>
              <th scope="col">Gate</th>
              <th scope="col">Cases</th>
              <th scope="col">Not seen</th>
            </tr>
          </thead>
          <tbody>
            {gates.map((gate) => (
              <tr key={`${gate.gateId} ${whereOf(gate)} ${gate.file}`}>
                <th scope="row">
                  {gate.gateId}
                  <span className={rows['tag']}>{whereOf(gate)}</span>
                </th>
                <td>{gate.cases === 0 ? 'never' : String(gate.cases)}</td>
                <td>{notSeen(gate).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {overrides.map(({ override, file, held, notHeld }) => (
          <p key={`${file} ${override}`} className={rows['small']}>
            Override {override}:{' '}
            {held && notHeld ? 'seen to hold, and not to hold' : `not seen: ${lacks(held, notHeld).join(', ')}`}
          </p>
        ))}
      </div>
    </details>
  );
}

function keyOf({ test, name }: TestCase): string {
  return `${test} ${name}`;
}

function whereOf({ lane, kind }: Pick<TestCase, 'lane' | 'kind'>): string {
  return laneAndKind(laneWord(lane), PromotionKind[kind]);
}

function lacks(held: boolean, notHeld: boolean): readonly string[] {
  return [...(held ? [] : ['that it holds']), ...(notHeld ? [] : ['that it does not'])];
}

function notSeen({ terms, verdicts }: TestedGate): readonly string[] {
  return [
    ...terms.filter(({ passing }) => !passing).map(({ term }) => `${term} passing`),
    ...terms.filter(({ notPassing }) => !notPassing).map(({ term }) => `${term} not passing`),
    ...verdicts.filter(({ seen }) => !seen).map(({ verdict }) => Verdict[verdict].replaceAll('_', ' ')),
  ];
}
