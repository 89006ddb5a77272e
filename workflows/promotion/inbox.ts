import { CancellationScope, condition, log } from '@temporalio/workflow';
import type { Stimulus } from '../../activities/promotion/types.js';
import { Hints } from '../hints.js';
import { Pace } from '../pace.js';
import type { DecisionReply } from './contract.js';
import type { Revision } from './revision.js';

/** A person's signed statement that is waiting for its turn. */
export interface StatementEntry {
  readonly stimulus: Extract<Stimulus, { type: 'statement' }>;
  reply?: DecisionReply;
}

/** A reason to look that needs no reply. */
export interface HintEntry {
  readonly stimulus: Exclude<Stimulus, { type: 'statement' }>;
}

/** What the loop takes out. */
export type InboxEntry = StatementEntry | HintEntry;

/**
 * How many statements a run takes as signals; then it continues as new, and until then ignores more: a flood must not
 * fill the history. Updates the server bounds. What is ignored must not depend on how many are waiting: when the run is
 * replayed, signals may come earlier or later between the results of local activities than they did.
 */
const maxSignalled = 200;

/**
 * The one queue of a run. Handlers only put messages in, and never throw; the loop alone takes them out, in order, so no
 * two of them are ever processed at the same time.
 */
export class Inbox {
  #entries: InboxEntry[] = [];
  readonly #pace: Pace | undefined;
  readonly #hints: Hints;
  readonly #eachHintIsALook: boolean;
  #hintWaits = false;
  #ignored = 0;
  #signalled = 0;

  constructor({ eachHintIsALook, oneActivityTakesTheLane }: Revision) {
    this.#eachHintIsALook = eachHintIsALook;
    this.#pace = oneActivityTakesTheLane ? new Pace() : undefined;
    this.#hints = new Hints(() => this.#look('woken'), eachHintIsALook);
  }

  /** How many messages were ignored. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Notes a signal with something in it that is not expected. */
  ignore(name: string): void {
    this.#ignored += 1;
    // Each is logged until there are many; a flood must not fill the log either.
    if (this.#ignored <= 10) log.warn('a message was ignored', { name: name.slice(0, 100), ignored: this.#ignored });
  }

  /** Somebody says that something has changed. */
  hint(): void {
    if (this.#pace === undefined) this.#hints.take();
    else if (this.#pace.isPausing) this.#hintWaits = true;
    else this.#look('woken');
  }

  /** Adds a look because time has passed. */
  look(): void {
    this.#look('time');
  }

  #look(type: 'woken' | 'time'): void {
    if (this.#eachHintIsALook || !this.#entries.some(({ stimulus }) => stimulus.type === type))
      this.#entries.push({ stimulus: { type } });
  }

  /** Adds how the activity of a step ended. */
  stepEnded(stimulus: Extract<Stimulus, { type: 'step-ended' }>): void {
    this.#entries.push({ stimulus });
  }

  /** Adds a statement that came as a signal. */
  put(statement: unknown): void {
    this.#signalled += 1;
    if (this.#signalled > maxSignalled) this.ignore('decision');
    else this.#entries.push({ stimulus: { type: 'statement', statement, frontDoor: 'SIGNAL' } });
  }

  /** Whether it takes no more statements as signals. */
  get isUsedUp(): boolean {
    return this.#signalled >= maxSignalled;
  }

  /** Adds a statement that came as an update, and waits until the loop has processed it. */
  async ask(statement: unknown): Promise<DecisionReply> {
    const entry: StatementEntry = {
      stimulus: { type: 'statement', statement, frontDoor: 'UPDATE' },
    };
    this.#entries.push(entry);
    // Handlers run in the run's own scope, and a cancellation of the run takes nobody's answer away.
    await CancellationScope.nonCancellable(() => condition(() => entry.reply !== undefined));
    return entry.reply as DecisionReply;
  }

  /** Takes the oldest entry. */
  take(): InboxEntry | undefined {
    const entry = this.#entries.shift();
    if (entry?.stimulus.type === 'woken') this.#tookHint();
    return entry;
  }

  #tookHint(): void {
    this.#pace?.took(() => {
      if (this.#hintWaits) this.#look('woken');
      this.#hintWaits = false;
    });
    if (this.#pace?.isPausing !== true) return;
    // Those that wait already are like those that come during the pause: how many there are differs in a replay.
    const others = this.#entries.filter(({ stimulus }) => stimulus.type !== 'woken');
    if (others.length < this.#entries.length) this.#hintWaits = true;
    this.#entries = others;
  }

  /** Whether nothing is waiting. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Answers what is still waiting when the run ends. */
  refuseRemaining(reply: DecisionReply): void {
    for (const entry of this.#entries.splice(0))
      if (entry.stimulus.type === 'statement') Object.assign(entry, { reply });
  }
}
