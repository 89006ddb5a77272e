import { useQuery } from '@connectrpc/connect-query';
import { lazy, Suspense } from 'react';
import { type CheckRun, Verdict } from '#gen/governance/v1/check_run_pb.js';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { Ago } from '../parts/instant.js';
import { Empty, Loading, Note, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import { VerdictMark } from '../parts/states.js';
import { Step } from '../parts/step.js';
import css from './gates.module.css';

/** Fetched after the verdicts. */
const Grounds = lazy(() => import('./grounds.js').then((module) => ({ default: module.Grounds })));

/** What each gate of a promotion says in the newest round, and what would satisfy those that are open. */
export function Gates({
  promotionId,
  isOver,
  words,
}: {
  readonly promotionId: string;
  readonly isOver: boolean;
  readonly words: Words;
}) {
  const { data, error, isPending } = useQuery(GateService.method.listGates, { promotionId });
  const at = data?.gates[0]?.evaluatedAt;
  return (
    <Section
      title={words.Many('gate')}
      aside={
        at !== undefined && (
          <span className={css['when']}>
            round {data?.gates[0]?.round}, <Ago at={at} />
          </span>
        )
      }
    >
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what={`the ${words.many('gate')}`} rows={2} />}
      {data !== undefined && data.gates.length === 0 && (
        <Empty title={`No round of ${words.many('gate')} has run yet`} />
      )}
      {data?.notices.map(({ id, explanation }) => (
        <Note key={id} tone="wait">
          {explanation}
        </Note>
      ))}
      <ul className={css['gates']}>
        {openFirst(data?.gates ?? []).map((gate) => (
          <GateRow key={gate.gateId} gate={gate} isOver={isOver} />
        ))}
      </ul>
    </Section>
  );
}

/** What holds the promotion comes first; the others stay in the order of the policy. */
export function openFirst(gates: readonly CheckRun[]): readonly CheckRun[] {
  const isOpen = ({ verdict }: CheckRun) => [Verdict.FAIL, Verdict.PENDING, Verdict.ERROR].includes(verdict);
  return [...gates.filter(isOpen), ...gates.filter((gate) => !isOpen(gate))];
}

/** A gate: its verdict, why, and what it rests on. */
export function GateRow({
  gate,
  isOver = false,
}: {
  readonly gate: CheckRun;
  /** Whether nothing can be done about it any more. */
  readonly isOver?: boolean;
}) {
  const { gateId, verdict, severity, explanation, nextStep } = gate;
  return (
    <li className={css['gate']}>
      <span className={css['verdict']}>
        <VerdictMark verdict={verdict} />
      </span>
      <div>
        <p className={css['name']}>
          <strong>{gateId}</strong>
          {severity === Severity.ADVISORY && <span className={css['when']}> advises, and holds nothing</span>}
          <span className={css['why']}>{explanation}</span>
        </p>
        {nextStep !== '' && !isOver && (
          <p className={css['next']}>
            <Step text={nextStep} />
          </p>
        )}
        <Suspense>
          <Grounds gate={gate} />
        </Suspense>
      </div>
    </li>
  );
}
