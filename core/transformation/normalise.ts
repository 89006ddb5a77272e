import { didYouMean } from '../did-you-mean.js';
import type { Path } from '../yaml-file/schema-problems.js';
import {
  keyOfArtifact,
  type Goal,
  type MethodArtifact,
  type Milestone,
  type Timebox,
  type TransformationSpec,
} from './model.js';

type Loose<T, Required extends keyof T> = Pick<T, Required> & Partial<T>;

/** A spec as somebody writes it: what is left out has its default. */
export interface WrittenSpec {
  readonly title?: string;
  readonly organization?: string;
  readonly team?: string;
  readonly profile: string;
  readonly stage?: string;
  readonly cadence?: string;
  readonly milestones?: readonly Loose<Milestone, 'key' | 'title'>[];
  readonly timeboxes?: readonly Loose<Timebox, 'id' | 'kind' | 'title'>[];
  readonly goals?: readonly Loose<Goal, 'id' | 'title'>[];
  readonly artifacts?: readonly Loose<MethodArtifact, 'kind' | 'key' | 'title'>[];
  readonly products?: readonly string[];
}

/** The one form of what somebody has written: with defaults, in the order of its keys. */
export function normaliseSpec(name: string, written: WrittenSpec): TransformationSpec {
  const { title = name, organization = '', team = '', profile, stage = '', cadence = '' } = written;
  return {
    ...{ title, organization, team, profile, stage, cadence },
    milestones: sorted(
      (written.milestones ?? []).map((one) => ({ readiness: 'PLANNED' as const, due: '', ...one })),
      ({ key }) => key,
    ),
    timeboxes: sorted(
      (written.timeboxes ?? []).map((one) => ({ starts: '', ends: '', ...one })),
      ({ id }) => id,
    ),
    goals: sorted(
      (written.goals ?? []).map((one) => ({ timebox: '', ...one })),
      ({ id }) => id,
    ),
    artifacts: sorted(
      (written.artifacts ?? []).map((one) => ({ state: 'DRAFT' as const, timebox: '', phase: '', ...one })),
      keyOfArtifact,
    ),
    products: sorted(written.products ?? [], (name) => name),
  };
}

/** What the schema cannot express: keys are unique, timeboxes exist and end after they start, values are of objectives. */
export function problemsOfSpec(spec: WrittenSpec): readonly { readonly path: Path; readonly text: string }[] {
  const boxes = new Set((spec.timeboxes ?? []).map(({ id }) => id));
  const dates = (list: string, index: number, field: string, value: string | undefined) =>
    value === undefined || value === '' || isDate(value)
      ? []
      : [{ path: [list, index, field], text: `${value} is no day of the calendar` }];
  const box = (list: string, index: number, timebox: string | undefined) =>
    timebox === undefined || timebox === '' || boxes.has(timebox)
      ? []
      : [{ path: [list, index, 'timebox'], text: `there is no timebox ${timebox}${didYouMean(timebox, boxes)}` }];
  return [
    ...unreadable(spec, []),
    ...repeated('milestones', spec.milestones ?? [], ({ key }) => key),
    ...repeated('timeboxes', spec.timeboxes ?? [], ({ id }) => id),
    ...repeated('goals', spec.goals ?? [], ({ id }) => id),
    ...repeated('artifacts', spec.artifacts ?? [], keyOfArtifact),
    ...repeated('products', spec.products ?? [], (name) => name),
    ...(spec.milestones ?? []).flatMap(({ due }, index) => dates('milestones', index, 'due', due)),
    ...(spec.timeboxes ?? []).flatMap(({ starts, ends }, index) => [
      ...dates('timeboxes', index, 'starts', starts),
      ...dates('timeboxes', index, 'ends', ends),
      ...(starts && ends && ends < starts
        ? [{ path: ['timeboxes', index, 'ends'], text: `it ends on ${ends}, before it starts on ${starts}` }]
        : []),
    ]),
    ...(spec.goals ?? []).flatMap(({ timebox }, index) => box('goals', index, timebox)),
    ...(spec.artifacts ?? []).flatMap(({ kind, timebox, plannedValue, achievedValue }, index) => [
      ...box('artifacts', index, timebox),
      ...(kind === 'PI_OBJECTIVE' || (plannedValue ?? achievedValue) === undefined
        ? []
        : [{ path: ['artifacts', index, 'kind'], text: 'only a PI_OBJECTIVE has a business value' }]),
    ]),
  ];
}

/** Texts that no database keeps: with a zero byte, or with half of a character. */
function unreadable(value: unknown, path: Path): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string')
    return /[\0\p{Cs}]/u.test(value) ? [{ path, text: 'it has a character that is none' }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => unreadable(each, [...path, key]));
}

function repeated<T>(list: string, items: readonly T[], keyOf: (item: T) => string) {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (seen.has(key)) return [{ path: [list, index], text: `${key} is in ${list} twice` }];
    seen.add(key);
    return [];
  });
}

/** By code units, so that the order is the same everywhere. */
function sorted<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}

function isDate(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
