import { type Client, createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import { type PromoteRequest, type PromoteResponse, PromotionService } from '#gen/release/v1/promotion_service_pb.js';
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
  const way = wayOf(action.verb);
  const word = laneWord(action.lane);
  const { tenant } = usePerson();
  const navigate = useNavigate();
  const words = useWords(action.product);
  return (
    <Dialog title={way.title(word)} onClose={onClose}>
      <p>
        {action.product} <LaneName lane={action.lane} /> {way.verb === 'rollback' ? 'goes back to' : 'gets'}{' '}
        {words.one('bundle')} <code>{shortId(action.bundleDigest)}</code>.{' '}
        {way.verb === 'request' && (
          <Link to="/bundles/$bundle/plan/$lane" params={{ bundle: action.bundleDigest, lane: word }} search={{}}>
            When, and who can do what it needs
          </Link>
        )}
      </p>
      {way.verb === 'rollback' ? <Difference action={action} /> : <Preview action={action} words={words} />}
      <SignForm
        name={way.name}
        kind={way.verb === 'request' ? 'main' : 'danger'}
        label={way.verb === 'request' ? 'Reason, for the record' : 'Why'}
        isTextNeeded={way.verb !== 'request'}
        command={action.command}
        send={async (comment, sign) => {
          const { product, lane, bundleDigest } = action;
          const signedRequest = await sign({
            verb: way.verb,
            ...{ tenant, product, lane: parseLane(laneWord(lane)), bundle: parseDigest(bundleDigest) },
            ...(comment !== undefined && { comment }),
          });
          const client = createClient(PromotionService, transport);
          const message = { product, lane, bundleDigest, signedRequest };
          return way.start(client, message);
        }}
        onSent={({ promotionId }) =>
          void navigate({ to: '/promotions/$promotion', params: { promotion: promotionId } })
        }
      />
    </Dialog>
  );
}

interface Way {
  readonly verb: 'request' | 'hotfix' | 'rollback';
  readonly name: string;
  readonly title: (lane: string) => string;
  readonly start: (
    client: Client<typeof PromotionService>,
    message: Pick<PromoteRequest, 'product' | 'lane' | 'bundleDigest' | 'signedRequest'>,
  ) => Promise<Pick<PromoteResponse, 'promotionId'>>;
}

function wayOf(verb: DecisionVerb): Way {
  switch (verb) {
    case DecisionVerb.ROLLBACK:
      return {
        ...{ verb: 'rollback', name: 'roll back', title: (lane) => `Roll ${lane} back` },
        start: (client, message) => client.rollback(message),
      };
    case DecisionVerb.HOTFIX:
      return {
        ...{ verb: 'hotfix', name: 'start the hotfix', title: (lane) => `Hotfix for ${lane}` },
        start: (client, message) => client.hotfix(message),
      };
    default:
      return {
        ...{ verb: 'request', name: 'promote', title: (lane) => `Promote to ${lane}` },
        start: (client, message) => client.promote(message),
      };
  }
}

function Difference({ action }: { readonly action: LaneAction }) {
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
    hotfix: action.verb === DecisionVerb.HOTFIX,
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
