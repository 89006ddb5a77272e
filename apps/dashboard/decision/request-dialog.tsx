import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { parseDigest } from '../../../core/digest.js';
import { shortId } from '../../../core/ids.js';
import { parseLane } from '../../../core/lanes.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { transport } from '../connection/transport.js';
import { usePerson } from '../identity/person.js';
import { GateRow, openFirst } from '../promotion/gates.js';
import { Dialog } from '../parts/dialog.js';
import { LaneName } from '../parts/lane-name.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { laneWord } from '../parts/states.js';
import { useWords } from '../parts/words.js';
import css from './request-dialog.module.css';
import { ChangeTable, Changes } from './facts-view.js';
import { SignForm } from './sign-form.js';
import { Unchanged } from './unchanged.js';

/** Shows what a promotion or rollback would change and what the gates would say, asks, signs and starts it. */
export function RequestDialog({ action, onClose }: { readonly action: LaneAction; readonly onClose: () => void }) {
  const isRollback = action.verb === DecisionVerb.ROLLBACK;
  const word = laneWord(action.lane);
  const { tenant } = usePerson();
  const navigate = useNavigate();
  const words = useWords(action.product);
  return (
    <Dialog title={isRollback ? `Roll ${word} back` : `Promote to ${word}`} onClose={onClose}>
      <p>
        {action.product} <LaneName lane={action.lane} /> {isRollback ? 'goes back to' : 'gets'} {words.one('bundle')}{' '}
        <code>{shortId(action.bundleDigest)}</code>.
      </p>
      {isRollback ? <Back action={action} /> : <Preview action={action} words={words} />}
      <SignForm
        name={isRollback ? 'roll back' : 'promote'}
        kind={isRollback ? 'danger' : 'main'}
        label={isRollback ? 'Why' : 'Reason, for the record'}
        isTextNeeded={isRollback}
        command={action.command}
        send={async (comment, sign) => {
          const { product, lane, bundleDigest } = action;
          const signedRequest = await sign({
            verb: isRollback ? 'rollback' : 'request',
            ...{ tenant, product, lane: parseLane(laneWord(lane)), bundle: parseDigest(bundleDigest) },
            ...(comment !== undefined && { comment }),
          });
          const client = createClient(PromotionService, transport);
          const message = { product, lane, bundleDigest, signedRequest };
          return isRollback ? client.rollback(message) : client.promote(message);
        }}
        onSent={({ promotionId }) =>
          void navigate({ to: '/promotions/$promotion', params: { promotion: promotionId } })
        }
      />
    </Dialog>
  );
}

function Back({ action }: { readonly action: LaneAction }) {
  const { data } = useQuery(PromotionService.method.listLanes, { product: action.product });
  const live = data?.lanes.find(({ lane }) => lane === action.lane)?.liveBundleDigest ?? '';
  return (
    <section>
      <h3>What changes</h3>
      <Changes base={live} bundle={action.bundleDigest} />
    </section>
  );
}

function Preview({ action, words }: { readonly action: LaneAction; readonly words: Words }) {
  const { data, error, isPending } = useQuery(PromotionService.method.plan, {
    bundle: action.bundleDigest,
    lane: action.lane,
    explain: true,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="what would happen" />;
  return (
    <>
      <section>
        <h3>What changes</h3>
        {data.liveBundleDigest === '' ? (
          <p>Nothing is live there yet.</p>
        ) : (
          <>
            <ChangeTable changes={data.changes} />
            <Unchanged base={data.liveBundleDigest} bundle={data.bundleDigest} />
          </>
        )}
      </section>
      <section>
        <h3>What the {words.many('gate')} would say now</h3>
        {data.notices.map(({ id, explanation }) => (
          <Note key={id} tone="wait">
            {explanation}
          </Note>
        ))}
        <ul className={css['plain']}>
          {openFirst(data.gates).map((gate) => (
            <GateRow key={gate.gateId} gate={gate} />
          ))}
        </ul>
      </section>
    </>
  );
}
