import { shortId } from '../ids.js';
import { inOrder, type Waiting } from '../lane/arbitrate.js';
import type { Notice } from '../policy/notice.js';
import { isOpen } from '../policy/verdict.js';
import type { PromotionPhase } from '../promotion/state.js';
import type { Closure, LaneStatus } from '../restriction/closed.js';
import { openers } from '../restriction/rules.js';
import { type Forecast, foresee, type Foreseen, type Needed, type Outlook } from './foresee.js';
import { type Capable, whoCan, type WhoCan, withRoles } from './people.js';

/** The kinds of steps. */
export type PlanStepKind =
  'NEEDED' | 'PASSES' | 'EXPIRES' | 'OPENS' | 'CLOSES' | 'ADMITS' | 'QUEUE' | 'STARTS' | 'FAILS';

/** Something that happens, or has to be done, before a promotion takes its lane. */
export interface PlanStep {
  readonly kind: PlanStepKind;
  /** When it happens by itself, or from when on it is needed; absent for now, and where nobody can say. */
  readonly at?: Date;
  /** The gate, window, hold or promotion that it is about; empty for the promotion itself. */
  readonly about: string;
  readonly words: string;
  /** What would unblock it. */
  readonly next?: string;
  /** Who can do that; absent where nothing is known about who can. */
  readonly who?: WhoCan['people'];
}

/** Another promotion of the lane. */
export interface InQueue extends Waiting {
  readonly phase: PromotionPhase;
  readonly holds: boolean;
}

/** What a timeline is made of. */
export interface PlanScene extends Outlook {
  readonly people: readonly Capable[];
  readonly queue: readonly InQueue[];
  /** The promotion that is planned, as it waits or would wait. */
  readonly own: Pick<Waiting, 'kind' | 'priority' | 'queuedAt'>;
  /** What is said besides the gates. */
  readonly notices: readonly Notice[];
  /** Why there is nothing to plan any more: the bundle is live, or is being deployed. */
  readonly settled?: string | undefined;
}

/** When a promotion takes its lane, and what has to happen first. */
export interface Timeline {
  /** Those without an instant first. */
  readonly steps: readonly PlanStep[];
  /** When it takes the lane if nobody does anything more; absent where that never happens by itself. */
  readonly earliest?: Date;
  /** Why nobody can say when. */
  readonly whyUnknown?: string;
  /** When it takes the lane if everybody did at once what is needed; absent where nobody can say that either. */
  readonly notBefore?: Date;
  /** Who has the lane, then the others in their order, each with whether they come first. */
  readonly queue: readonly (InQueue & { readonly ahead: boolean })[];
}

/** Tells what happens to a promotion from an instant on. */
export function timelineOf(scene: PlanScene, now: Date): Timeline {
  if (scene.settled !== undefined) return { steps: [], queue: queueAt(scene, now), whyUnknown: scene.settled };
  const { foreseen, needed: found, startsAt } = foresee(scene, now);
  const notices = scene.notices.filter(({ holds }) => holds);
  const needed: readonly Needed[] = [
    ...notices.map((notice) => ({ type: 'notice', from: now, words: notice.explanation, next: notice.next }) as const),
    ...found,
  ];
  const queue = queueAt(scene, startsAt ?? now);
  const steps = [
    ...needed.flatMap((one) => stepsNeeded(one, scene, now)),
    ...queue.filter(({ ahead }) => ahead).map(queueStep),
    ...foreseen.map((one) => stepForeseen(one, needed.length > 0)),
  ];
  const whyUnknown = why(needed, foreseen, startsAt);
  return {
    steps: [
      ...steps.filter(({ at }) => at === undefined),
      ...steps.filter(({ at }) => at !== undefined).sort(byInstant),
    ],
    queue,
    ...(whyUnknown === undefined ? startsAt && { earliest: startsAt } : { whyUnknown }),
    ...(whyUnknown !== undefined && startsAt !== undefined && { notBefore: startsAt }),
  };
}

function why(
  needed: readonly Needed[],
  foreseen: Forecast['foreseen'],
  startsAt: Date | undefined,
): string | undefined {
  if (needed.length > 0) {
    const words = needed.map(whyNeeded);
    const more = words.length > 3 ? `; and ${String(words.length - 3)} more` : '';
    return `nobody can say when: ${words.slice(0, 3).join('; ')}${more}`;
  }
  if (startsAt !== undefined) return undefined;
  const failure = foreseen.find(({ type }) => type === 'fails');
  return failure === undefined ? 'nobody can say when' : `it would fail at ${failure.at.toISOString()}`;
}

function whyNeeded(one: Needed): string {
  switch (one.type) {
    case 'gate':
      return `gate ${one.gate.id} waits for ${waits[one.result.waitsFor ?? 'several'] ?? 'something'}`;
    case 'lane':
      return `the lane is closed (${closedBy(one.status)})`;
    case 'requests':
      return `requests are refused (${closedBy(one.status)})`;
    case 'notice':
      return one.words;
    case 'horizon':
      return 'it does not begin in the time that is looked at';
  }
}

const waits: Readonly<Record<string, string>> = {
  people: 'people who approve',
  evidence: 'evidence',
  identities: 'knowing who somebody is',
  policy: 'a rule that can be judged',
  time: 'what time alone does not bring',
  predecessors: 'a lane before it',
  several: 'several things',
};

function stepsNeeded(one: Needed, scene: PlanScene, now: Date): readonly PlanStep[] {
  const from = one.from > now ? { at: one.from } : {};
  const base = { kind: 'NEEDED', ...from } as const;
  switch (one.type) {
    case 'gate':
      return gateSteps(one, scene).map((step) => ({ ...base, ...step }));
    case 'notice':
      return [{ ...base, about: '', words: one.words, next: one.next }];
    case 'horizon':
      return [{ ...base, about: '', words: 'nothing more is foreseen after this' }];
    case 'lane':
    case 'requests':
      return one.status.closures
        .filter(({ until }) => until === undefined)
        .map((closure) => ({ ...base, ...closureStep(closure, scene) }));
  }
}

type StepBody = Omit<PlanStep, 'kind' | 'at'>;

function gateSteps({ gate, result, from }: Extract<Needed, { type: 'gate' }>, scene: PlanScene): readonly StepBody[] {
  const open = result.clauses.filter(({ verdict, term }, index) => {
    // What only has to pass beside others comes by itself, and is told when it does.
    const byItself = (term === 'soak' || term === 'window') && result.waitsFor !== 'time' && index > 0;
    return isOpen(verdict) && !byItself;
  });
  return open.map(({ term, explanation }, index) => {
    const can = whoCan(gate, term, scene.facts, scene.people, from);
    const few = can !== undefined && can.people.length > 0 && can.people.length < can.needed;
    const nobody = can?.people.length === 0;
    return {
      about: gate.id,
      words: `${explanation}${few ? `; ${String(can.needed)} people are needed, and ${String(can.people.length)} can` : ''}${nobody ? '; nobody who may has a key' : ''}`,
      ...(index === 0 && result.next !== undefined && { next: result.next }),
      ...(can !== undefined && { who: can.people }),
    };
  });
}

function closureStep({ kind, name, owner, words, next }: Closure, { people }: PlanScene): StepBody {
  const able = withRoles(people, openers).people;
  const maker = people.find(({ principal }) => principal === owner);
  const isMaker = kind === 'HOLD' && maker !== undefined && able.every((one) => one.name !== owner);
  return {
    about: name.slice(0, 128),
    words,
    ...(next !== undefined && { next }),
    who: isMaker ? [{ name: owner, roles: maker.roles }, ...able] : able,
  };
}

/** @param isWanting whether somebody has to do something first */
function stepForeseen(one: Foreseen, isWanting: boolean): PlanStep {
  const { at } = one;
  switch (one.type) {
    case 'passes':
      return { kind: 'PASSES', at, about: one.result.gate, words: one.result.explanation };
    case 'lapses':
      return { kind: 'EXPIRES', at, about: one.result.gate, words: one.result.explanation };
    case 'opens':
      return {
        kind: 'OPENS',
        at,
        about: nameOf(one.status),
        words: `the lane opens, closed by ${closedBy(one.status)}`,
      };
    case 'closes':
      return { kind: 'CLOSES', at, about: nameOf(one.status), words: `the lane closes: ${closedBy(one.status)}` };
    case 'admits':
      return {
        ...{ kind: 'ADMITS', at, about: nameOf(one.status) },
        words: `${one.action} are refused until then: ${closedBy(one.status)}`,
      };
    case 'starts':
      return {
        ...{ kind: 'STARTS', at, about: '' },
        words: isWanting ? 'it takes the lane at the earliest, once all of that is done' : 'it takes the lane',
      };
    case 'fails':
      return { kind: 'FAILS', at, about: '', words: 'it fails, because it has not begun to deploy by then' };
  }
}

function closedBy({ closures }: LaneStatus): string {
  return closures.map(({ words }) => words).join('; ');
}

function nameOf({ closures }: LaneStatus): string {
  return (closures[0]?.name ?? '').slice(0, 128);
}

function queueStep({ id, phase, holds, kind }: InQueue): PlanStep {
  const what = `${kind.toLowerCase()} ${shortId(id)}`;
  return {
    kind: 'QUEUE',
    about: id,
    words: holds ? `${what} has the lane (${phase})` : `${what} waits for the lane, and comes first`,
    next: `lane why ${shortId(id)}`,
  };
}

/** Who has the lane, then those that wait in the order in which they would get it, with the planned one among them. */
function queueAt({ queue, own }: PlanScene, at: Date): Timeline['queue'] {
  const self = { ...own, id: '', queuedAt: own.queuedAt ?? at };
  const ordered: readonly (Waiting & Partial<InQueue>)[] = inOrder([...queue.filter(({ holds }) => !holds), self], at);
  const place = ordered.findIndex((one) => one === self);
  const waiting = ordered.flatMap((one, index) =>
    one.phase === undefined ? [] : [{ ...(one as InQueue), ahead: index < place }],
  );
  return [...queue.filter(({ holds }) => holds).map((one) => ({ ...one, ahead: true })), ...waiting];
}

function byInstant(a: PlanStep, b: PlanStep): number {
  return (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0);
}
