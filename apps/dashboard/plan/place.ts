import { priorities, type Schedule } from '../../../core/promotion/schedule.js';

/** What stands in the address of a plan, of when it is to be: anybody can write it. */
export interface PlanPlace {
  readonly at?: string | undefined;
  readonly until?: string | undefined;
  readonly priority?: string | undefined;
}

/** The schedule that an address says, without what is none. */
export function scheduleIn({ at, until, priority }: PlanPlace): Schedule {
  const [notBefore, notAfter] = [at, until].map(instantIn);
  const urgency = priorities.find((one) => one === priority && one !== 'normal');
  return {
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
    ...(urgency !== undefined && { priority: urgency }),
  };
}

function instantIn(text: string | undefined): string | undefined {
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
