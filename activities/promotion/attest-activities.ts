import { Context } from '@temporalio/activity';
import { statementBytes, type Statement } from '../../core/evidence/statement.js';
import { unattestedActs } from '../../store/promotion/acts.js';
import { currentCaller } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { type SigningDeps, signOnce } from '../evidence/sign-once.js';
import { noRules } from '../policy/rule-source.js';
import type { EvidenceCache } from '../policy/evidence-cache.js';
import { whenPrepared } from '../policy/preparation.js';
import { attestationsOf } from './attestations.js';
import { parsePromotionActivityInput as parse } from './input.js';
import { performSteps, type StepWork } from './perform-step.js';
import type { AttestActivities, PromotionRef } from './types.js';

/** How many earlier promotions of its workflow id a run attests besides its own. */
const maxBefore = 20;

/** What the `sign` queue needs to attest promotions: the verification key and no other. */
export interface AttestDeps extends Pick<SigningDeps, 'database' | 'blobs' | 'signer'> {
  readonly cache: EvidenceCache;
  readonly now: () => Date;
}

/**
 * The activities of the `sign` queue that promotions use. What is signed is made from rows, and what rows say about
 * people is verified again: whoever asks, a promotion that is not live, or was not approved, gets no summary that says so.
 * A retry after a crash makes the same statements and finds the first signatures.
 */
export function createAttestActivities(deps: AttestDeps): AttestActivities {
  const prepared = {
    ...deps,
    rules: noRules,
  };
  return withTranslatedErrors<AttestActivities>({
    async attestPromotion(input) {
      const asked = parse.attestPromotion(input);
      await attest(asked);
      // A promotion that the service has ended may have left its workflow id to this run before it was attested.
      const { workflowId } = currentCaller();
      const before = await deps.database.transaction(asked.tenant, (tx) => unattestedActs(tx, maxBefore, workflowId));
      for (const { id } of before) await attest({ tenant: asked.tenant, promotionId: id });
    },
  });

  async function attest(asked: PromotionRef): Promise<void> {
    const { cancellationSignal: signal } = Context.current();
    const sign: StepWork = async ({ promotion }) => {
      const statements = await whenPrepared(prepared, asked.tenant, (known) =>
        deps.database.transaction(asked.tenant, (tx) => attestationsOf(tx, known, promotion)),
      );
      await Promise.all(
        statements.map((statement: Statement) =>
          signOnce(deps, {
            tenant: asked.tenant,
            statement,
            payload: statementBytes(statement),
            producedByRun: `${promotion.workflowId}/${promotion.firstRunId}`,
            subjects: [{ digest: promotion.bundle, type: 'bundle' }],
          }),
        ),
      );
    };
    await performSteps(deps, { ...asked, signal }, [['attest', sign]]);
  }
}
