import type { SearchAttributeUpdatePair } from '@temporalio/common';
import {
  ApplicationFailure,
  condition,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Answer, Seen, Stimulus } from '../../activities/promotion/types.js';
import {
  type GateNotice,
  type GateVerdict,
  hasEnded,
  type TimelineEntry,
  timelineLength,
} from '../../core/promotion/state.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { searchedPurpose, searchedPurposeNow } from '../purpose.js';
import { Alarm } from './alarm.js';
import type { PromotionInput } from './contract.js';
import { promotionDetails } from './details.js';
import type { Inbox, InboxEntry } from './inbox.js';
import { timerSummaries } from '../summaries.js';
import type { Revision } from './revision.js';
import { Steps } from './steps.js';

/** Moves the promotion; the answer says where it stands. */
export type Advance = (promotionId: string, stimulus: Stimulus, seen: Seen) => Promise<Answer>;

/**
 * The loop of one run. It only schedules: it waits, starts the steps that are owed, and asks PostgreSQL where the
 * promotion stands. What it remembers is for queries; nothing is decided by it, and nothing is carried to the next run.
 */
export class PromotionRun {
  readonly input: PromotionInput;
  /** Where the promotion stands, as last read. */
  answer: Answer;
  gates: readonly GateVerdict[] = [];
  notices: readonly GateNotice[] = [];
  timeline: readonly TimelineEntry[] = [];
  /** When it entered its phase, RFC 3339. */
  since: string | undefined;
  /** The workflow id of the release that made the bundle. */
  readonly release: string | undefined;
  readonly #inbox: Inbox;
  readonly #advance: Advance;
  readonly #steps: Steps;
  readonly #alarm: Alarm;
  readonly #revision: Revision;
  /** Length of the history in the workflow task that last answered an update. */
  #answeredAt = 0;

  constructor(
    input: PromotionInput,
    opened: Answer,
    { inbox, revision, advance }: { readonly inbox: Inbox; readonly revision: Revision; readonly advance: Advance },
  ) {
    this.input = input;
    this.answer = opened;
    this.release = opened.release;
    this.#inbox = inbox;
    this.#advance = advance;
    this.#alarm = new Alarm(() => inbox.look());
    this.#revision = revision;
    const ref = { tenant: input.tenant, promotionId: opened.promotionId };
    this.#steps = new Steps(ref, revision, (stimulus) => {
      if (stimulus.type === 'time') inbox.look();
      else inbox.stepEnded(stimulus);
    });
    upsertSearchAttributes([
      { key: searchAttributes.tenant, value: input.tenant },
      { key: searchAttributes.product, value: input.product },
      { key: searchAttributes.bundle, value: input.bundle },
      { key: searchAttributes.lane, value: input.lane },
      { key: searchAttributes.policy, value: opened.policyDigest },
      ...stands(opened),
      ...searchedPurpose(opened.purpose),
    ]);
    this.#note(opened);
    this.#follow();
    this.#show();
  }

  /** Whether nothing is left to do. */
  get isDone(): boolean {
    return this.#hasEnded && this.#inbox.isEmpty && !this.#steps.areRunning;
  }

  /** Whether nothing is under way that a continued run would not find in PostgreSQL. */
  mayContinueAsNew(): boolean {
    return !this.#steps.areRunning && this.#inbox.isEmpty && !this.#hasEnded;
  }

  get #hasEnded(): boolean {
    return hasEnded(this.answer.phase);
  }

  /**
   * Waits for the next workflow task if this one answers an update. The server refuses to continue a run when a signal
   * has arrived in the meantime, and drops everything else that the same task responded.
   */
  async untilAnswersAreSent(): Promise<void> {
    const areSent = () => workflowInfo().historyLength > this.#answeredAt;
    if (!areSent())
      await condition(() => areSent() || !this.#inbox.isEmpty, 1, { summary: timerSummaries.answersSent });
  }

  /** Waits for the next entry and processes it, or for the end of what is under way. */
  async next(): Promise<void> {
    await condition(() => !this.#inbox.isEmpty || this.isDone);
    const entry = this.#inbox.take();
    if (entry !== undefined) await this.#process(entry);
  }

  async #process(entry: InboxEntry): Promise<void> {
    const { stimulus } = entry;
    if (stimulus.type !== 'statement') {
      this.#learn(await this.#advance(this.answer.promotionId, stimulus, this.answer.at));
      return;
    }
    const answer = await this.#advance(this.answer.promotionId, stimulus, this.answer.at).catch(stumble);
    if (answer instanceof ApplicationFailure) {
      const { phase: state, reason } = this.answer;
      const text = `a statement could not be processed (${answer.message.slice(0, 300)}): report this as a defect`;
      this.#append([{ id: this.answer.at.event, at: new Date().toISOString(), text }]);
      Object.assign(entry, { reply: { accepted: false, code: 'INTERNAL', text, state, reason } });
      return;
    }
    this.#learn(answer);
    // One that changed nothing has no event, but its sender may look for the outcome.
    if (answer.events.length === 0 && answer.outcome !== undefined)
      this.#append([{ id: answer.at.event, at: new Date().toISOString(), text: answer.outcome.text }]);
    if (stimulus.frontDoor === 'UPDATE') this.#answeredAt = workflowInfo().historyLength;
    const { phase: state, reason } = this.answer;
    Object.assign(entry, { reply: { accepted: false, text: '', ...answer.outcome, state, reason } });
  }

  #learn(answer: Answer): void {
    const searched = this.#searchedNow(answer);
    this.#note(answer);
    this.answer = answer;
    if (searched.length > 0) upsertSearchAttributes(searched);
    this.#follow();
    this.#show();
  }

  /** The search attributes that an answer changes. */
  #searchedNow(answer: Answer): SearchAttributeUpdatePair[] {
    const { phase, standing, policyDigest } = this.answer;
    const isMoved = answer.phase !== phase || answer.standing !== standing;
    const isRepinned = this.#revision.searchedByPinnedGates && answer.policyDigest !== policyDigest;
    return [
      ...(isMoved ? stands(answer, standing) : []),
      ...(isRepinned
        ? [{ key: searchAttributes.policy, value: answer.policyDigest }, ...searchedPurposeNow(answer.purpose)]
        : []),
    ];
  }

  #note({ gates, notices, events, since = this.since }: Answer): void {
    this.since = since;
    if (gates !== undefined) this.gates = gates;
    if (notices !== undefined) this.notices = notices;
    const last = this.timeline.at(-1)?.id ?? 0;
    this.#append(events.filter((event) => event.id > last));
  }

  #append(entries: readonly TimelineEntry[]): void {
    this.timeline = [...this.timeline, ...entries].slice(-timelineLength);
  }

  #show(): void {
    setCurrentDetails(promotionDetails(this));
  }

  #follow(): void {
    this.#steps.follow(this.answer);
    this.#alarm.set(this.answer.lookAgainAt);
  }
}

/** Phase and standing, for people who search. What was live before, and is no more, has no standing. */
function stands({ phase, standing }: Answer, before?: Answer['standing']): SearchAttributeUpdatePair[] {
  const changed = standing !== undefined || before !== undefined;
  return [
    { key: searchAttributes.state, value: phase },
    ...(changed ? [{ key: searchAttributes.standing, value: standing ?? null }] : []),
  ];
}

/** Our own code failed at a statement. It is answered, so that the next one has its turn. */
function stumble(error: unknown): ApplicationFailure {
  if (!(error instanceof ApplicationFailure)) throw error;
  log.error('a statement could not be processed', { code: error.type, message: error.message });
  return error;
}
