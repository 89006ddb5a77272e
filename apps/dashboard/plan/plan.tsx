import { type Timestamp, timestampFromDate, timestampMs } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import type { PlanInQueue } from '#gen/release/v1/plan_pb.js';
import { type PlanResponse, PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { isLane } from '../../../core/lanes.js';
import type { Schedule } from '../../../core/promotion/schedule.js';
import { Button } from '../parts/button.js';
import { Command, ShortId } from '../parts/copy.js';
import { When } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Empty, Loading, Note, ProblemNote, sentence } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Screen, Section } from '../parts/screen.js';
import { PhaseMark } from '../parts/states.js';
import { Who } from '../parts/who.js';
import { useWords } from '../parts/words.js';
import { GateRow, openFirst } from '../promotion/gates.js';
import css from './plan.module.css';
import { scheduleIn } from './place.js';
import { Scale } from './scale.js';
import { ScheduleForm } from './schedule-form.js';
import { Timeline } from './timeline.js';

/** Fetched when somebody asks: the plan itself signs nothing. */
const PromoteDialog = lazy(() => import('./promote-dialog.js').then((module) => ({ default: module.PromoteDialog })));

const route = getRouteApi('/framed/bundles/$bundle/plan/$lane');

/** What happens to a bundle on its way into a lane: when, what has to be done first, and who can do it. */
export default function Plan() {
  const { bundle, lane } = route.useParams();
  const place = route.useSearch();
  const wanted = isLane(lane) ? Lane[lane.toUpperCase() as 'BRONZE' | 'SILVER' | 'GOLD'] : Lane.UNSPECIFIED;
  const schedule = scheduleIn(place);
  const { data, error, isPending, refetch } = useQuery(
    PromotionService.method.plan,
    {
      ...{ bundle, lane: wanted, explain: true },
      schedule: {
        priority: schedule.priority ?? '',
        ...(schedule.notBefore !== undefined && { notBefore: timestampFromDate(new Date(schedule.notBefore)) }),
        ...(schedule.notAfter !== undefined && { notAfter: timestampFromDate(new Date(schedule.notAfter)) }),
      },
    },
    { placeholderData: keepPreviousData, enabled: wanted !== Lane.UNSPECIFIED },
  );
  const [accepted, setAccepted] = useState<PlanResponse>();
  const words = useWords(data?.product ?? '');
  if (wanted === Lane.UNSPECIFIED) return <Empty title={`There is no lane ${lane}`} />;
  const title = `Plan of ${shortId(data?.bundleDigest ?? bundle)} to ${lane}`;
  return (
    <Screen
      title={title}
      heading={
        <>
          <span>
            Plan of{' '}
            <Link to="/bundles/$bundle" params={{ bundle }}>
              <code>{shortId(data?.bundleDigest ?? bundle)}</code>
            </Link>{' '}
            {data !== undefined && <>of {data.product} </>}to
          </span>
          <LaneName lane={wanted} />
        </>
      }
      aside={<Command command={commandOf(data?.bundleDigest ?? bundle, lane, schedule)} />}
    >
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the plan" rows={6} />}
      <ScheduleForm key={`${place.at ?? ''} ${place.until ?? ''}`} bundle={bundle} lane={lane} place={place} />
      {data !== undefined && (
        <>
          <Section title="When it takes the lane" aside={<ShortId id={data.digest} what="digest of the plan" />}>
            <div className={css['when']}>
              <Earliest plan={data} />
              <Scale plan={data} />
              <div className={css['go']}>
                <Button kind="main" whyNot={whyNotBy(data)} onClick={() => setAccepted(data)}>
                  Promote by this plan …
                </Button>
                {data.underWay !== '' && (
                  <Link to="/promotions/$promotion" params={{ promotion: data.underWay }}>
                    its promotion
                  </Link>
                )}
                <Command command={data.nextStep} label="Next" />
              </div>
            </div>
          </Section>
          <Section title="What happens, and who can do what is missing">
            <Timeline plan={data} />
          </Section>
          <Section title="The queue of the lane">
            <Queue queue={data.queue} />
          </Section>
          <Section title={`What the ${words.many('gate')} say now`}>
            {data.notices.map(({ id, explanation }) => (
              <Note key={id} tone="wait">
                {explanation}
              </Note>
            ))}
            <ul className={css['gates']}>
              {openFirst(data.gates).map((gate) => (
                <GateRow key={gate.gateId} gate={gate} />
              ))}
            </ul>
          </Section>
        </>
      )}
      {accepted !== undefined && (
        <Suspense>
          <PromoteDialog plan={accepted} schedule={schedule} onClose={() => setAccepted(undefined)} />
        </Suspense>
      )}
    </Screen>
  );
}

function Earliest({ plan: { earliest, whyUnknown, notBefore, plannedAt } }: { readonly plan: PlanResponse }) {
  const isAtOnce = (at: Timestamp) => plannedAt !== undefined && timestampMs(at) <= timestampMs(plannedAt);
  if (earliest !== undefined)
    return (
      <p className={css['earliest']}>
        {isAtOnce(earliest) ? (
          'At once'
        ) : (
          <>
            At the earliest <When at={earliest} />
          </>
        )}
        , if it is requested now and nothing else changes.
      </p>
    );
  return (
    <p className={css['earliest']}>
      {sentence(whyUnknown)}.
      {notBefore !== undefined && !isAtOnce(notBefore) && (
        <>
          {' '}
          In no case before <When at={notBefore} />.
        </>
      )}
    </p>
  );
}

/** Why a plan cannot be asked for; empty where it can. */
function whyNotBy({ nextStep, underWay, whyUnknown }: PlanResponse): string {
  if (underWay !== '') return 'a promotion of it is under way';
  return nextStep.startsWith('lane promote') ? '' : whyUnknown;
}

function Queue({ queue }: { readonly queue: readonly PlanInQueue[] }) {
  if (queue.length === 0) return <p className={rows['pad']}>Nothing has the lane or waits for it.</p>;
  return (
    <ol className={rows['list']}>
      {queue.map(({ promotionId, bundleDigest, kind, state, priority, requester, holds, ahead }) => (
        <li key={promotionId}>
          <PhaseMark phase={state} />
          <div className={rows['grow']}>
            <p>
              <Link to="/promotions/$promotion" params={{ promotion: promotionId }}>
                {PromotionKind[kind].toLowerCase()} of {shortId(bundleDigest)}
              </Link>
            </p>
            <p className={rows['small']}>
              {priority} priority · <Who name={requester} />
            </p>
          </div>
          <span>{holds ? 'has the lane' : ahead ? 'comes before' : 'comes after'}</span>
        </li>
      ))}
    </ol>
  );
}

function commandOf(bundle: string, lane: string, { notBefore, notAfter, priority }: Schedule): string {
  return [
    `lane plan ${shortId(bundle)} --to ${lane}`,
    notBefore !== undefined && `--at ${notBefore}`,
    notAfter !== undefined && `--not-after ${notAfter}`,
    priority !== undefined && `--priority ${priority}`,
  ]
    .filter(Boolean)
    .join(' ');
}
