import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { ServingState } from '#gen/release/v1/lane_status_pb.js';
import { PromotionPhase, Standing } from '#gen/release/v1/promotion_pb.js';
import { isLane, type Lane as LaneName } from '../../../core/lanes.js';
import { Mark, type Shape, type Tone } from './mark.js';

const phases: Readonly<Record<PromotionPhase, readonly [Tone, Shape]>> = {
  [PromotionPhase.UNSPECIFIED]: ['plain', 'dash'],
  [PromotionPhase.REQUESTED]: ['move', 'arrow'],
  [PromotionPhase.GATING]: ['wait', 'dots'],
  [PromotionPhase.AWAITING_APPROVAL]: ['wait', 'hand'],
  [PromotionPhase.QUEUED]: ['wait', 'clock'],
  [PromotionPhase.GUARDING]: ['move', 'arrow'],
  [PromotionPhase.DEPLOYING]: ['move', 'arrow'],
  [PromotionPhase.VERIFYING]: ['move', 'arrow'],
  [PromotionPhase.LIVE]: ['good', 'check'],
  [PromotionPhase.SUPERSEDED]: ['plain', 'dash'],
  [PromotionPhase.ROLLED_BACK]: ['plain', 'back'],
  [PromotionPhase.REJECTED]: ['bad', 'cross'],
  [PromotionPhase.ABORTED]: ['plain', 'cross'],
  [PromotionPhase.FAILED]: ['bad', 'cross'],
  [PromotionPhase.ERRORED]: ['bad', 'alert'],
};

/** Where a promotion stands. */
export function PhaseMark({ phase }: { readonly phase: PromotionPhase }) {
  const [tone, shape] = phases[phase];
  return (
    <Mark tone={tone} shape={shape}>
      {PromotionPhase[phase].replaceAll('_', ' ')}
    </Mark>
  );
}

const verdicts: Readonly<Record<Verdict, readonly [Tone, Shape]>> = {
  [Verdict.UNSPECIFIED]: ['plain', 'dash'],
  [Verdict.PASS]: ['good', 'check'],
  [Verdict.FAIL]: ['bad', 'cross'],
  [Verdict.PENDING]: ['wait', 'dots'],
  [Verdict.WAIVED]: ['wait', 'wave'],
  [Verdict.NOT_APPLICABLE]: ['plain', 'dash'],
  [Verdict.ERROR]: ['bad', 'alert'],
};

/** What a gate says. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  const [tone, shape] = verdicts[verdict];
  return (
    <Mark tone={tone} shape={shape}>
      {Verdict[verdict].replaceAll('_', ' ')}
    </Mark>
  );
}

/** What a lane serves, as the router reports it. */
export function ServingMark({ serving }: { readonly serving: ServingState }) {
  switch (serving) {
    case ServingState.SERVING:
      return (
        <Mark tone="good" shape="check" quiet>
          serving
        </Mark>
      );
    case ServingState.STARTING:
      return (
        <Mark tone="move" shape="arrow" quiet>
          starting
        </Mark>
      );
    case ServingState.FAILED:
      return (
        <Mark tone="bad" shape="alert" quiet>
          not healthy
        </Mark>
      );
    default:
      return null;
  }
}

/** How what is live stands; nothing while it is sound. */
export function StandingMark({ standing }: { readonly standing: Standing }) {
  return standing === Standing.AT_RISK ? (
    <Mark tone="bad" shape="alert">
      AT RISK
    </Mark>
  ) : null;
}

/** The domain's name for a lane; empty for none. */
export function laneWord(lane: Lane): LaneName | '' {
  const word = Lane[lane].toLowerCase();
  return isLane(word) ? word : '';
}
