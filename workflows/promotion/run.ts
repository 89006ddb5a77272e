import { condition, proxyActivities, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { AttestActivities, PromotionControlActivities } from '../../activities/promotion/types.js';
import type { PromotionCommand } from '../../core/promotion/events.js';
import { reduce } from '../../core/promotion/reducer.js';
import { hasEnded, type PromotionMachine } from '../../core/promotion/state.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { signStep } from '../activity-options.js';
import { Alarm, type Deadline } from './alarm.js';
import type { DecisionEntry, Inbox, InboxEntry } from './inbox.js';
import { type RunningStep, startStep } from './steps.js';

const { attestVerification, attestPromotion } = proxyActivities<AttestActivities>(signStep);

/** The loop of one run: takes entries, lets the reducer decide, carries out its commands. */
export class PromotionRun {
  state: PromotionMachine;
  /** The state as of the last entry that was processed in full, so PostgreSQL has it too. Queries show this one. */
  published: PromotionMachine;
  private readonly inbox: Inbox;
  private readonly control: PromotionControlActivities;
  private step: RunningStep | undefined;
  private attesting = 0;
  private readonly alarm: Alarm;
  /** Length of the history in the workflow task that last answered an update. */
  private answeredAt = 0;

  constructor(state: PromotionMachine, inbox: Inbox, control: PromotionControlActivities) {
    this.state = state;
    this.published = state;
    this.inbox = inbox;
    this.control = control;
    this.alarm = new Alarm((type) => inbox.put({ type }));
    const { tenant, product, bundle, lane, policyDigest } = state.identity;
    upsertSearchAttributes([
      { key: searchAttributes.tenant, value: tenant },
      { key: searchAttributes.product, value: product },
      { key: searchAttributes.bundle, value: bundle },
      { key: searchAttributes.lane, value: lane },
      { key: searchAttributes.policy, value: policyDigest },
      { key: searchAttributes.state, value: state.phase },
    ]);
  }

  /** Whether nothing is left to do. */
  get isDone(): boolean {
    return hasEnded(this.state.phase) && this.inbox.isEmpty && this.attesting === 0;
  }

  /** Whether nothing is under way that a continued run would not know about. */
  mayContinueAsNew(): boolean {
    return this.step === undefined && this.attesting === 0 && this.inbox.isEmpty && !hasEnded(this.state.phase);
  }

  /**
   * Waits for the next workflow task if this one answers an update. The server refuses to continue a run when a signal
   * has arrived in the meantime, and drops everything else that the same task responded.
   */
  async untilAnswersAreSent(): Promise<void> {
    if (!this.answersAreSent) await condition(() => this.answersAreSent || !this.inbox.isEmpty, 1);
  }

  private get answersAreSent(): boolean {
    return workflowInfo().historyLength > this.answeredAt;
  }

  /** Waits for the next entry, or for the instant at which time alone changes something, and processes it. */
  async next(): Promise<void> {
    this.alarm.set(this.deadline());
    await condition(() => !this.inbox.isEmpty || (hasEnded(this.state.phase) && this.attesting === 0));
    const entry = this.inbox.take();
    if (entry === undefined) return;
    await (entry.type === 'decision' ? this.decide(entry) : this.apply(entry));
  }

  /** Carries out commands in order. */
  async perform(commands: readonly PromotionCommand[]): Promise<void> {
    for (const command of commands) {
      if (!(await this.carryOut(command))) break;
    }
    this.published = this.state;
  }

  private deadline(): Deadline | undefined {
    const { phase, recheckAt, giveUpAt } = this.state;
    if (phase === 'ERRORED' && giveUpAt !== undefined) return { type: 'give-up-due', at: giveUpAt };
    if ((phase === 'GATING' || phase === 'AWAITING_APPROVAL') && recheckAt !== undefined)
      return { type: 'recheck-due', at: recheckAt };
    return undefined;
  }

  private async apply(event: Exclude<InboxEntry, DecisionEntry>): Promise<void> {
    if ((event.type === 'step-done' || event.type === 'step-failed') && this.step?.step === event.step)
      this.step = undefined;
    const { state, commands } = reduce(this.state, event, new Date());
    this.state = state;
    await this.perform(commands);
  }

  private async decide(entry: DecisionEntry): Promise<void> {
    const { tenant, promotionId } = this.state.identity;
    const { statement, frontDoor, expectedVerb } = entry;
    const decision = await this.control.registerDecision({
      tenant,
      promotionId,
      phase: this.state.phase,
      statement,
      frontDoor,
      ...(expectedVerb !== undefined && { expectedVerb }),
    });
    await this.apply({ type: 'decided', decision });
    if (frontDoor === 'UPDATE') this.answeredAt = workflowInfo().historyLength;
    entry.reply = {
      accepted: decision.accepted,
      text: decision.text,
      state: this.state.phase,
      reason: this.state.reason,
    };
  }

  /** @returns false when what was to follow is void because the lane is no longer held */
  private async carryOut(command: PromotionCommand): Promise<boolean> {
    switch (command.type) {
      case 'record':
        return this.record(command);
      case 'evaluate-gates':
        await this.evaluate();
        return true;
      case 'run-step':
        this.step = startStep(command.step, this.state, (event) => this.inbox.put(event));
        return true;
      case 'cancel-step':
        this.step?.cancel();
        this.step = undefined;
        return true;
      case 'attest':
        void this.attest(command.outcome);
        return true;
    }
  }

  private async record(command: Extract<PromotionCommand, { type: 'record' }>): Promise<boolean> {
    const { identity, fencingToken, error } = this.state;
    const { tenant, promotionId } = identity;
    const recorded = await this.control.recordTransition({
      tenant,
      promotionId,
      to: command.to,
      reason: command.reason,
      ...(error !== undefined && { error }),
      ...(fencingToken !== undefined && { fencingToken }),
    });
    if (!recorded) {
      await this.apply({ type: 'lane-lost' });
      return false;
    }
    upsertSearchAttributes([{ key: searchAttributes.state, value: command.to }]);
    return true;
  }

  private async evaluate(): Promise<void> {
    const { identity, fencingToken, round } = this.state;
    const { tenant, promotionId } = identity;
    const outcome = await this.control.evaluateGates({
      tenant,
      promotionId,
      round: round + 1,
      ...(fencingToken !== undefined && { fencingToken }),
    });
    if (fencingToken !== undefined && !outcome.holdsLane) return this.apply({ type: 'lane-lost' });
    await this.apply({ type: 'gates-evaluated', round: outcome.round });
  }

  /**
   * Runs beside the loop: a live bundle does not wait for its own paperwork. The run does not end before it is done.
   */
  private async attest(outcome: Extract<PromotionCommand, { type: 'attest' }>['outcome']): Promise<void> {
    this.attesting += 1;
    const { tenant, promotionId } = this.state.identity;
    const input = { tenant, promotionId, outcome, at: new Date().toISOString() };
    try {
      await Promise.all([attestVerification(input), attestPromotion(input)]);
    } finally {
      this.attesting -= 1;
    }
  }
}
