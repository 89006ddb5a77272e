import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { type PlanResponse, PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { parseDigest } from '../../../core/digest.js';
import { shortId } from '../../../core/ids.js';
import { parseLane } from '../../../core/lanes.js';
import type { Schedule } from '../../../core/promotion/schedule.js';
import { transport } from '../connection/transport.js';
import { SignForm } from '../decision/sign-form.js';
import { usePerson } from '../identity/person.js';
import { Dialog } from '../parts/dialog.js';
import { When } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { laneWord } from '../parts/states.js';

/**
 * Signs and sends the request for what a plan says. The plan is the one that was shown when this was opened: if it does not hold any
 * more, nothing is promoted, and what has changed is said.
 */
export function PromoteDialog({
  plan,
  schedule,
  onClose,
}: {
  readonly plan: PlanResponse;
  readonly schedule: Schedule;
  readonly onClose: () => void;
}) {
  const { product, lane, bundleDigest, digest, earliest, whyUnknown, nextStep } = plan;
  const word = laneWord(lane);
  const { tenant } = usePerson();
  const navigate = useNavigate();
  const { data } = useQuery(DecisionService.method.listLaneActions, { of: { case: 'bundle', value: bundleDigest } });
  const action = data?.actions.find((one) => one.lane === lane && one.verb === DecisionVerb.REQUEST);
  return (
    <Dialog title={`Promote to ${word} by this plan`} onClose={onClose}>
      <p>
        {product} <LaneName lane={lane} /> gets <code>{shortId(bundleDigest)}</code>,{' '}
        {earliest === undefined ? whyUnknown : <When at={earliest} />}. You sign that plan{' '}
        <code>{shortId(digest)}</code> holds: if anything that it has read is different, nothing is promoted.
      </p>
      <SignForm
        name="promote"
        kind="main"
        label="Reason, for the record"
        isTextNeeded={false}
        command={nextStep}
        notYet={action === undefined || action.possible ? '' : action.whyNot}
        send={async (comment, sign) => {
          const signedRequest = await sign({
            verb: 'request',
            ...{ tenant, product, lane: parseLane(word), bundle: parseDigest(bundleDigest), plan: parseDigest(digest) },
            ...(comment !== undefined && { comment }),
            ...schedule,
          });
          return createClient(PromotionService, transport).promote({ product, lane, bundleDigest, signedRequest });
        }}
        onSent={({ promotionId }) =>
          void navigate({ to: '/promotions/$promotion', params: { promotion: promotionId } })
        }
      />
    </Dialog>
  );
}
