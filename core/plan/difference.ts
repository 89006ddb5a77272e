import { shortId } from '../ids.js';
import type { PlanContent, PlannedGate, PlannedRestriction } from './content.js';

/**
 * What has changed since a plan was made, part by part, in words. A plan that is about something else says only that.
 *
 * @returns nothing where they are equal
 */
export function changesSince(before: PlanContent, after: PlanContent): readonly string[] {
  const other = aboutElse(before, after);
  if (other !== undefined) return [other];
  return [
    ...(before.requester === after.requester
      ? []
      : [`it was made for ${before.requester}, not for ${after.requester}`]),
    ...(before.policy === after.policy ? [] : [`the gates come from policy snapshot ${shortId(after.policy)} now`]),
    ...(before.definition === after.definition
      ? []
      : [`the promotion definition is ${after.definition} now, it was ${before.definition}`]),
    ...liveChange(before, after),
    ...gateChanges(before.gates, after.gates),
    ...noticeChanges(before.notices, after.notices),
    ...restrictionChanges(before.restrictions, after.restrictions),
    ...(before.problem === after.problem ? [] : [after.problem ?? 'windows and holds are to be believed again']),
    ...queueChanges(before.queue, after.queue),
    ...scheduleChanges(before.schedule, after.schedule),
  ];
}

function aboutElse(before: PlanContent, after: PlanContent): string | undefined {
  if (before.tenant !== after.tenant) return 'it is a plan of another tenant';
  if (before.product !== after.product) return `it is a plan for product ${before.product}, not ${after.product}`;
  if (before.bundle !== after.bundle)
    return `it is a plan of bundle ${shortId(before.bundle)}, not of ${shortId(after.bundle)}`;
  if (before.lane !== after.lane) return `it is a plan for lane ${before.lane}, not ${after.lane}`;
  return before.kind === after.kind
    ? undefined
    : `it is a plan of a ${before.kind.toLowerCase()}, not of a ${after.kind.toLowerCase()}`;
}

function liveChange({ live: before }: PlanContent, { live: after }: PlanContent): readonly string[] {
  if (before === after) return [];
  return [after === null ? 'nothing is live in the lane any more' : `bundle ${shortId(after)} is live now`];
}

function gateChanges(before: readonly PlannedGate[], after: readonly PlannedGate[]): readonly string[] {
  return pairs(before, after, ({ gate }) => gate).flatMap(([name, was, is]) => {
    if (was === undefined) return [`gate ${name} is new`];
    if (is === undefined) return [`gate ${name} is no longer asked`];
    if (was.verdict !== is.verdict) return [`gate ${name} ${verdictWas[was.verdict]} and now ${verdictIs[is.verdict]}`];
    if (was.severity !== is.severity) return [`gate ${name} is ${is.severity} now`];
    return was.inputs === is.inputs
      ? []
      : [`gate ${name} reads something else now, and still ${verdictIs[is.verdict]}`];
  });
}

const verdictWas: Readonly<Record<PlannedGate['verdict'], string>> = {
  PASS: 'passed',
  FAIL: 'failed',
  PENDING: 'was pending',
  NOT_APPLICABLE: 'was not applicable',
  ERROR: 'could not be judged',
  WAIVED: 'was waived',
};

const verdictIs: Readonly<Record<PlannedGate['verdict'], string>> = {
  PASS: 'passes',
  FAIL: 'fails',
  PENDING: 'is pending',
  NOT_APPLICABLE: 'is not applicable',
  ERROR: 'cannot be judged',
  WAIVED: 'is waived',
};

function noticeChanges(before: readonly string[], after: readonly string[]): readonly string[] {
  return pairs(before, after, (notice) => notice).flatMap(([name, was, is]) =>
    was === is ? [] : [is === undefined ? `${name} is no longer said` : `${name} is said now`],
  );
}

function restrictionChanges(
  before: readonly PlannedRestriction[],
  after: readonly PlannedRestriction[],
): readonly string[] {
  return pairs(before, after, ({ kind, name }) => `${kind}/${name}`).flatMap(([, was, is]) => {
    if (is === undefined) return was === undefined ? [] : [`${wordsOf(was)} has ended`];
    if (was === undefined) return [`${wordsOf(is)} was put by ${is.by}`];
    return was.revision === is.revision && was.content === is.content && was.by === is.by
      ? []
      : [`${wordsOf(is)} was changed by ${is.by}`];
  });
}

function wordsOf({ kind, name }: PlannedRestriction): string {
  return kind === 'recall' ? `the recall of bundle ${name.slice(0, 12)}` : `${kind} ${name}`;
}

function queueChanges(before: PlanContent['queue'], after: PlanContent['queue']): readonly string[] {
  return pairs(before, after, ({ id }) => id).flatMap(([id, was, is]) => {
    const promotion = `promotion ${shortId(id)}`;
    if (is === undefined) return [`${promotion} has left the queue`];
    if (was === undefined) return [`${promotion} ${is.holds ? 'has the lane' : 'joined the queue'}`];
    return was.holds === is.holds ? [] : [`${promotion} ${is.holds ? 'has the lane now' : 'waits for the lane again'}`];
  });
}

function scheduleChanges(before: PlanContent['schedule'], after: PlanContent['schedule']): readonly string[] {
  return (
    [
      ['notBefore', 'is to begin', 'as soon as it can'],
      ['notAfter', 'is to have begun by', 'whenever it can'],
      ['priority', 'has priority', 'normal'],
    ] as const
  ).flatMap(([part, words, otherwise]) =>
    before[part] === after[part]
      ? []
      : [`what is asked for ${words} ${after[part] ?? otherwise}, and the plan says ${before[part] ?? otherwise}`],
  );
}

/** What two lists say of each name, in the order of names. */
function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (one: T) => string,
): readonly (readonly [name: string, was: T | undefined, is: T | undefined])[] {
  const was = new Map(before.map((one) => [nameOf(one), one]));
  const is = new Map(after.map((one) => [nameOf(one), one]));
  return [...new Set([...was.keys(), ...is.keys()])].sort().map((name) => [name, was.get(name), is.get(name)]);
}
