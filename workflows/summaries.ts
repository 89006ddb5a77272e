import { workflowInfo } from '@temporalio/workflow';
import type { DeployActivities, LaneActivities } from '../activities/lane/types.js';
import type {
  AttestActivities,
  PromotionControlActivities,
  PromotionGuardActivities,
  Stimulus,
} from '../activities/promotion/types.js';
import type {
  BuildActivities,
  ReleaseRecordActivities,
  SealActivities,
  SignActivities,
} from '../activities/release/types.js';
import { summaryOf } from '../core/run-description.js';

/** All activities, by name. */
export type Activities = PromotionControlActivities &
  PromotionGuardActivities &
  AttestActivities &
  DeployActivities &
  LaneActivities &
  BuildActivities &
  SignActivities &
  SealActivities &
  ReleaseRecordActivities;

/** What the history of a run says about each activity: a new one has to say something, too. */
export const activitySummaries: {
  readonly [Name in keyof Activities]: (...args: Parameters<Activities[Name]>) => string;
} = {
  openPromotion: () => 'open the record, first round of gates',
  advance: ({ stimulus }) => wordsOf[stimulus.type](stimulus as never),
  guardBundle: () => `guard: hash the bundle again before ${laneOfRun()}`,
  moveLane: ({ step }) =>
    ({ guard: 'guard the bundle, deploy it to', deploy: 'deploy to', verify: 'verify in', revert: 'revert' })[step] +
    ` ${laneOfRun()}`,
  attestPromotion: () => 'sign what became of the promotion',
  handOver: ({ type }) => `hand over to the canonical ${type}`,
  readLane: () => `who holds ${laneOfRun()}, who waits`,
  awaitHolderClose: () => `watch the run that holds ${laneOfRun()}`,
  settleHolder: () => `free ${laneOfRun()} if that run has ended`,
  fetchSource: () => 'fetch the commit',
  buildImage: ({ service }) => `build ${word(service)}`,
  describeImage: ({ service }) => `describe ${word(service)}: SBOMs, provenance`,
  qualifyImage: ({ service }) => `qualify ${word(service)}: its own tests`,
  packSdk: ({ sdk }) => `pack ${word(sdk)}`,
  describeSdk: ({ sdk }) => `describe ${word(sdk)}: SBOMs, provenance`,
  signStatement: () => 'sign a statement of the build',
  signCommits: () => 'sign the list of commits',
  sealRelease: () => 'seal the bundle',
  beginRelease: () => 'open the record, unless the commit is sealed already',
  recordSteps: () => 'record how far the steps are',
  findSealed: () => 'is this commit sealed already?',
  openRelease: () => 'open the record of the release',
  failRelease: () => 'record why the release failed',
};

const wordsOf: { readonly [Type in Stimulus['type']]: (stimulus: Extract<Stimulus, { type: Type }>) => string } = {
  woken: () => 'look: something has changed (round of gates while it waits for them)',
  time: () => 'look: its time has come (round of gates while it waits for them)',
  statement: ({ frontDoor }) => `take a signed statement, sent as ${frontDoor.toLowerCase()}`,
  'step-ended': ({ step, alone, error }) => {
    const what = alone === true || step === 'revert' ? `${step} ended` : `the lane was taken, from ${step} on`;
    return `read how ${what}${error === undefined ? '' : `: ${word(error.code)}`}`;
  },
};

/** What the history of a run says about each timer. */
export const timerSummaries = {
  lookAgain: summaryOf('next look: with time a verdict may change, or the lane open'),
  statementAgain: summaryOf('try a statement again'),
  manyHints: summaryOf('many hints: one look stands for them'),
  answersSent: summaryOf('let answers go out before continuing as new'),
} as const;

/** The lane that the workflow id of a promotion, a rollback or a lane names. */
function laneOfRun(): string {
  return word(workflowInfo().workflowId.split('/')[3]);
}

/** A name or a code as it is, and nothing else: what an activity returned may be anybody's, and a UI reads Markdown. */
function word(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z0-9][\w-]{0,62}$/.test(value) ? value : '?';
}
