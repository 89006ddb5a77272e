import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import type { Promotion as PromotionMessage } from '#gen/release/v1/promotion_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { wordsOfDefinition } from '../../../core/promotion/step-words.js';
import { Actions } from '../decision/actions.js';
import { Decisions } from '../decision/decisions.js';
import { Command, ShortId } from '../parts/copy.js';
import { At, Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Loading, Note, ProblemNote, sentence } from '../parts/notes.js';
import { Fields, Screen, Section } from '../parts/screen.js';
import { laneWord, PhaseMark, StandingMark } from '../parts/states.js';
import { Step } from '../parts/step.js';
import { Who } from '../parts/who.js';
import { Banners } from '../restriction/banners.js';
import { StopButton } from '../restriction/stop-button.js';
import { Gates } from './gates.js';
import { Journey } from './journey.js';
import css from './promotion.module.css';

/** What is further down comes after the rest. */
const Timeline = lazy(() => import('./timeline.js').then((module) => ({ default: module.Timeline })));
const Runs = lazy(() => import('./runs.js').then((module) => ({ default: module.Runs })));

const route = getRouteApi('/framed/promotions/$promotion');

/** One promotion: where it stands and why, what moves it on, and everything that has happened. */
export default function Promotion() {
  const { promotion: given } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(PromotionService.method.getPromotion, { promotionId: given });
  const promotion = data?.promotion;
  if (promotion === undefined)
    return (
      <Screen title="Promotion">
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {isPending && <Loading what="the promotion" />}
      </Screen>
    );
  return <Known key={promotion.id} promotion={promotion} />;
}

function Known({ promotion }: { readonly promotion: PromotionMessage }) {
  const { id, product, lane, bundleDigest, kind } = promotion;
  const { data: why } = useQuery(GateService.method.explainPromotion, { promotionId: id });
  const words = wordsFrom(why?.profile?.lexicon ?? []);
  const isRollback = kind === PromotionKind.ROLLBACK;
  const name = kind === PromotionKind.HOTFIX ? 'Hotfix' : words.One('promotion');
  const word = laneWord(lane);
  const isOver = promotion.endedAt !== undefined;
  return (
    <Screen
      title={
        isRollback
          ? `${product} ${word} goes back to ${shortId(bundleDigest)}`
          : `${name} of ${shortId(bundleDigest)} into ${word} of ${product}`
      }
      heading={
        <>
          <span>
            {isRollback ? 'Rollback to ' : `${name} of `}
            <Link to="/bundles/$bundle" params={{ bundle: bundleDigest }}>
              <code>{shortId(bundleDigest)}</code>
            </Link>
            {isRollback ? ' in ' : ' of '}
            <Link to="/products/$product" params={{ product }}>
              {product}
            </Link>
          </span>
          <LaneName lane={lane} />
          <PhaseMark phase={promotion.state} />
          <StandingMark standing={promotion.standing} />
        </>
      }
      aside={
        <>
          {promotion.opening !== undefined && <StopButton product={product} lane={laneWord(lane) || undefined} />}
          <Command command={`lane why ${shortId(id)}`} />
        </>
      }
    >
      <Banners lanes={[promotion]} />
      <div className={css['top']}>
        {why !== undefined && <p className={css['summary']}>{sentence(why.summary)}.</p>}
        {promotion.error !== undefined && (
          <Note tone="wait">
            <p>
              <strong>{sentence(promotion.error.message)}</strong>
            </p>
            {promotion.error.why !== '' && <p>{sentence(promotion.error.why)}</p>}
          </Note>
        )}
        {why !== undefined && why.nextSteps.length > 0 && (
          <div className={css['next']}>
            <h2>What moves it on</h2>
            <ul>
              {why.nextSteps.map((step) => (
                <li key={step}>
                  <Step text={step} />
                </li>
              ))}
            </ul>
          </div>
        )}
        <Actions promotionId={id} />
      </div>
      <Section title="Journey">
        <Journey promotion={promotion} words={words} />
        <Fields
          rows={[
            ['Requested by', <Who key="who" name={promotion.requester} />],
            ['Requested', <At key="at" at={promotion.createdAt} />],
            promotion.endedAt === undefined
              ? (['Last change', <Ago key="last" at={promotion.updatedAt} />] as const)
              : (['Ended', <At key="end" at={promotion.endedAt} />] as const),
            ['Revision', <ShortId key="revision" id={promotion.revision} what="revision" />],
            ...(promotion.definition === ''
              ? []
              : [['Definition', wordsOfDefinition(promotion.definition, why?.steps ?? [])] as const]),
            ['Policy', <ShortId key="policy" id={promotion.policyDigest} what="policy digest" />],
            ...(promotion.policyVersions.length === 0 ? [] : [['Rules', promotion.policyVersions.join(', ')] as const]),
            [words.One('promotion'), <ShortId key="id" id={id} what={`${words.one('promotion')} id`} />],
          ]}
        />
      </Section>
      {/* Once it has ended, what people said comes before what gates had asked for. */}
      {isOver && <Decisions promotionId={id} policyDigest={promotion.policyDigest} />}
      <Gates promotionId={id} isOver={isOver} words={words} />
      {!isOver && <Decisions promotionId={id} policyDigest={promotion.policyDigest} />}
      <Suspense fallback={<Loading what="what has happened" />}>
        <Timeline promotion={promotion} />
        <Runs promotion={promotion} />
      </Suspense>
      <p className={css['equal']}>
        <Command command={`lane get promotions --lane ${word}`} label="All of this lane" />
      </p>
    </Screen>
  );
}
