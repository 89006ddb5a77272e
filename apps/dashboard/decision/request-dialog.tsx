import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { parseDigest } from '../../../core/digest.js';
import { shortId } from '../../../core/ids.js';
import { parseLane } from '../../../core/lanes.js';
import { transport } from '../connection/transport.js';
import { KeyNote } from '../identity/key-note.js';
import { useOwnKey } from '../identity/own-key.js';
import { usePerson } from '../identity/person.js';
import { GateRow, openFirst } from '../promotion/gates.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import { LaneName } from '../parts/lane-name.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { laneWord } from '../parts/states.js';
import css from './decide-dialog.module.css';
import { ChangeTable, Changes } from './facts-view.js';
import { signDecision } from './sign.js';

/** Shows what a promotion or rollback would change and what the gates would say, asks, signs and starts it. */
export function RequestDialog({ action, onClose }: { readonly action: LaneAction; readonly onClose: () => void }) {
  const isRollback = action.verb === DecisionVerb.ROLLBACK;
  const word = laneWord(action.lane);
  return (
    <Dialog title={isRollback ? `Roll ${word} back` : `Promote to ${word}`} onClose={onClose}>
      <p>
        {action.product} <LaneName lane={action.lane} /> {isRollback ? 'goes back to' : 'gets'} bundle{' '}
        <code>{shortId(action.bundleDigest)}</code>.
      </p>
      {isRollback ? <Back action={action} /> : <Preview action={action} />}
      <Form action={action} isRollback={isRollback} />
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

function Preview({ action }: { readonly action: LaneAction }) {
  const { data, error, isPending } = useQuery(PromotionService.method.plan, {
    bundle: action.bundleDigest,
    lane: action.lane,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="what would happen" />;
  return (
    <>
      <section>
        <h3>What changes</h3>
        {data.liveBundleDigest === '' ? <p>Nothing is live there yet.</p> : <ChangeTable changes={data.changes} />}
      </section>
      <section>
        <h3>What the gates would say now</h3>
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

function Form({ action, isRollback }: { readonly action: LaneAction; readonly isRollback: boolean }) {
  const id = useId();
  const [reason, setReason] = useState('');
  const { person, tenant } = usePerson();
  const { signer, state } = useOwnKey();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (signer === undefined || person === undefined) throw new Error('this browser holds no key of yours');
      const { product, lane, bundleDigest } = action;
      const signedRequest = await signDecision(
        {
          verb: isRollback ? 'rollback' : 'request',
          ...{ tenant, product, lane: parseLane(laneWord(lane)), bundle: parseDigest(bundleDigest) },
          ...(reason.trim() !== '' && { comment: reason.trim() }),
        },
        { signer, principal: person.name },
      );
      const client = createClient(PromotionService, transport);
      const message = { product, lane, bundleDigest, signedRequest };
      return isRollback ? client.rollback(message) : client.promote(message);
    },
    onSuccess: ({ promotionId }) => navigate({ to: '/promotions/$promotion', params: { promotion: promotionId } }),
    onSettled: () => queries.invalidateQueries(),
  });
  const whyNot =
    state !== 'enrolled'
      ? 'this browser holds no key of yours that counts'
      : isRollback && reason.trim() === ''
        ? 'say why: it is on record'
        : '';
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (whyNot === '' && !isPending) mutate();
      }}
    >
      <label htmlFor={id}>{isRollback ? 'Why' : 'Reason, for the record'}</label>
      <textarea id={id} rows={2} maxLength={2_000} value={reason} onChange={(event) => setReason(event.target.value)} />
      <KeyNote />
      {error !== null && <ProblemNote error={error} />}
      <div className={css['row']}>
        <Button type="submit" kind={isRollback ? 'danger' : 'main'} whyNot={whyNot} isBusy={isPending}>
          {isPending ? 'Signing and sending …' : isRollback ? 'Sign: roll back' : 'Sign: promote'}
        </Button>
        <Command command={action.command} />
      </div>
    </form>
  );
}
