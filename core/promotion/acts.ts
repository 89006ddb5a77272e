/**
 * Why the service moved a promotion although no person ordered it. `gave-up`: technical trouble after the switch, or on
 * the way back, was not resolved in time. `run-ended`: its run was ended in Temporal while it held the lane. `lane-closed`: a
 * window closed that ends what has been granted the lane and has not begun to deploy. `recalled`: a person called its bundle
 * back. `too-late`: it had not begun to deploy when its time was over.
 */
export type Cause = 'gave-up' | 'run-ended' | 'lane-closed' | 'recalled' | 'too-late';

/** What the service does to a promotion on its own: begin the way back to what was live, or end the promotion at once. */
export type ServiceAct = 'revert' | 'abort';

/** Which act an event with a cause records. Events of other types record none. */
const actOfEvent = { 'promotion.ending': 'revert', 'promotion.transitioned': 'abort' } as const satisfies Record<
  string,
  ServiceAct
>;

/** The types of events that record an act. */
export type ActEventType = keyof typeof actOfEvent;

/** Whether events of this type can record an act. */
export function isActEventType(type: string): type is ActEventType {
  return Object.hasOwn(actOfEvent, type);
}

/** The act that an event of this type records, if it has a cause. */
export function actOfType(type: ActEventType): ServiceAct {
  return actOfEvent[type];
}

const known: Readonly<Record<Cause, true>> = {
  'gave-up': true,
  'run-ended': true,
  'lane-closed': true,
  recalled: true,
  'too-late': true,
};

/** Whether this is the cause of an act. */
export function isCause(value: unknown): value is Cause {
  return typeof value === 'string' && Object.hasOwn(known, value);
}
