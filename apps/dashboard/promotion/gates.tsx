import { useQuery } from '@connectrpc/connect-query';
import { type CheckRun, Verdict } from '#gen/governance/v1/check_run_pb.js';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import { ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Empty, Loading, Note, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import { VerdictMark } from '../parts/states.js';
import { Step } from '../parts/step.js';
import css from './gates.module.css';

/** What each gate of a promotion says in the newest round, and what would satisfy those that are open. */
export function Gates({ promotionId, isOver }: { readonly promotionId: string; readonly isOver: boolean }) {
  const { data, error, isPending } = useQuery(GateService.method.listGates, { promotionId });
  const at = data?.gates[0]?.evaluatedAt;
  return (
    <Section
      title="Gates"
      aside={
        at !== undefined && (
          <span className={css['when']}>
            round {data?.gates[0]?.round}, <Ago at={at} />
          </span>
        )
      }
    >
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the gates" rows={2} />}
      {data !== undefined && data.gates.length === 0 && <Empty title="No round of gates has run yet" />}
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
  const { gateId, verdict, severity, explanation, nextStep, clauses, reliedOn } = gate;
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
        {(clauses.length > 1 || reliedOn.length > 0) && (
          <details className={css['more']}>
            <summary>What it rests on</summary>
            <ul>
              {clauses.map((clause) => (
                <li key={clause.term}>
                  <VerdictMark verdict={clause.verdict} /> {clause.term}: {clause.explanation}
                </li>
              ))}
              {reliedOn.map(({ kind, id }) => (
                <li key={id}>
                  {kind} <ShortId id={id} what={`id of the ${kind}`} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
}
