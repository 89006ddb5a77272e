import { useQuery } from '@connectrpc/connect-query';
import type { CheckRun } from '#gen/governance/v1/check_run_pb.js';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import { Command, ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Empty, Loading, Note, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import { VerdictMark } from '../parts/states.js';
import css from './gates.module.css';

/** What each gate of a promotion says in the newest round, and what would satisfy those that are open. */
export function Gates({ promotionId }: { readonly promotionId: string }) {
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
        {data?.gates.map((gate) => (
          <GateRow key={gate.gateId} gate={gate} />
        ))}
      </ul>
    </Section>
  );
}

/** A gate: its verdict, why, and what it rests on. */
export function GateRow({ gate }: { readonly gate: CheckRun }) {
  const { gateId, verdict, severity, explanation, nextStep, clauses, reliedOn } = gate;
  return (
    <li className={css['gate']}>
      <span className={css['verdict']}>
        <VerdictMark verdict={verdict} />
      </span>
      <div>
        <p>
          <strong>{gateId}</strong>
          {severity === Severity.ADVISORY && <span className={css['when']}> advises, and holds nothing</span>}
        </p>
        <p className={css['why']}>{explanation}</p>
        {nextStep !== '' && (
          <p className={css['next']}>
            {nextStep.startsWith('lane ') ? <Command command={nextStep} label="To satisfy it" /> : nextStep}
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
