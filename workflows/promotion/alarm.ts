import { CancellationScope, sleep } from '@temporalio/workflow';

/** An instant at which time alone changes something, and the event that the machine gets then. */
export interface Deadline {
  readonly type: 'recheck-due' | 'give-up-due';
  /** RFC 3339. */
  readonly at: string;
}

/**
 * The shortest wait, in milliseconds. The activity that computes the deadline reads another clock: if that clock is
 * behind, the round at the deadline returns the same deadline, and the next round must not follow at once.
 */
const shortestWaitMs = 1_000;

/** One durable timer, kept for as long as the deadline stays the same: messages that do not move it cost no events. */
export class Alarm {
  private readonly ring: (type: Deadline['type']) => void;
  private armed: (Deadline & { readonly scope: CancellationScope }) | undefined;

  constructor(ring: (type: Deadline['type']) => void) {
    this.ring = ring;
  }

  /** Sets the alarm to a deadline, or off. */
  set(deadline: Deadline | undefined): void {
    if (deadline?.at === this.armed?.at && deadline?.type === this.armed?.type) return;
    this.armed?.scope.cancel();
    this.armed = undefined;
    if (deadline !== undefined) this.arm(deadline);
  }

  private arm(deadline: Deadline): void {
    const scope = new CancellationScope();
    const armed = { ...deadline, scope };
    this.armed = armed;
    void scope
      .run(() => sleep(Math.max(shortestWaitMs, Date.parse(deadline.at) - Date.now())))
      .then(
        () => {
          if (this.armed === armed) this.armed = undefined;
          this.ring(deadline.type);
        },
        () => undefined, // It was set to another deadline.
      );
  }
}
