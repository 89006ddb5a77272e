import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { PromotionPhase, Standing } from '#gen/release/v1/promotion_pb.js';
import { instantInWords } from '../../../core/instant-in-words.js';
import { isLane, type Lane as LaneName, parseLane } from '../../../core/lanes.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Terminal } from '../program/terminal.js';

type Colours = Terminal['colours'];

/** The domain's name for a lane. */
export function laneName(lane: Lane): string {
  const word = Lane[lane].toLowerCase();
  return isLane(word) ? word : '';
}

/** Parses a lane that a person typed. @throws UNKNOWN_LANE */
export function laneOf(text: string): { readonly name: LaneName; readonly lane: Lane } {
  const name = parseLane(text);
  const lane = { bronze: Lane.BRONZE, silver: Lane.SILVER, gold: Lane.GOLD }[name];
  return { name, lane };
}

/** An instant in RFC 3339; undefined for none. */
export function instantOf(timestamp: Timestamp | undefined): string | undefined {
  return timestamp === undefined ? undefined : timestampDate(timestamp).toISOString();
}

/** An instant as texts of the command line say it, `2026-12-01 09:00 UTC`; empty for none. */
export function momentOf(timestamp: Timestamp | undefined): string {
  return timestamp === undefined ? '' : instantInWords(timestampDate(timestamp));
}

/** What a policy is for, by the kind of promotion. */
export function kindInWords(kind: PromotionKind | undefined, words: Words): string {
  if (kind === PromotionKind.HOTFIX) return 'hotfixes';
  return kind === PromotionKind.ROLLBACK ? 'rollbacks' : words.many('promotion');
}

/** A verb as people write it, without underscores. */
export function verbOf(verb: DecisionVerb): string {
  if (verb === DecisionVerb.UNKNOWN) return 'a decision';
  return DecisionVerb[verb].toLowerCase().replaceAll('_', ' ');
}

/** A verdict as a symbol, a word and a colour, so that readers do not depend on any one of them. */
export function verdictMark(verdict: Verdict, colours: Colours): string {
  switch (verdict) {
    case Verdict.PASS:
      return colours.green('✓ PASS');
    case Verdict.FAIL:
      return colours.red('✗ FAIL');
    case Verdict.ERROR:
      return colours.red('! ERROR');
    case Verdict.PENDING:
      return colours.yellow('… PENDING');
    case Verdict.WAIVED:
      return colours.yellow('~ WAIVED');
    case Verdict.NOT_APPLICABLE:
      return colours.dim('- N/A');
    default:
      return Verdict[verdict];
  }
}

/** A state with its colour. */
export function stateMark(state: PromotionPhase, colours: Colours): string {
  const word = PromotionPhase[state];
  switch (state) {
    case PromotionPhase.LIVE:
      return colours.green(word);
    case PromotionPhase.REJECTED:
    case PromotionPhase.FAILED:
    case PromotionPhase.ERRORED:
      return colours.red(word);
    case PromotionPhase.SUPERSEDED:
    case PromotionPhase.ROLLED_BACK:
    case PromotionPhase.ABORTED:
      return colours.dim(word);
    default:
      return colours.yellow(word);
  }
}

/** A standing with its colour; empty for what is not live. */
export function standingMark(standing: Standing, colours: Colours): string {
  switch (standing) {
    case Standing.SOUND:
      return colours.green('SOUND');
    case Standing.AT_RISK:
      return colours.red('AT_RISK');
    default:
      return '';
  }
}

/** Whether a promotion has ended. */
export function hasEnded(state: PromotionPhase): boolean {
  switch (state) {
    case PromotionPhase.SUPERSEDED:
    case PromotionPhase.ROLLED_BACK:
    case PromotionPhase.REJECTED:
    case PromotionPhase.ABORTED:
    case PromotionPhase.FAILED:
      return true;
    default:
      return false;
  }
}
