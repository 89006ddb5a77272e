import { canonicalJson } from '../hash.js';
import { keyOfArtifact, type TransformationSpec } from './model.js';

/** One change of a transformation: what was there, and what is now. */
export interface TransformationChange {
  readonly field: keyof TransformationSpec;
  /** What names the item of a list; absent for what is no list. */
  readonly key?: string;
  /** Absent for what was added. */
  readonly before?: unknown;
  /** Absent for what was removed. */
  readonly after?: unknown;
  /** The same in words. */
  readonly words: string;
}

const texts = ['title', 'organization', 'team', 'profile', 'stage', 'cadence'] as const;
const nouns = {
  milestones: 'milestone',
  timeboxes: 'timebox',
  goals: 'goal',
  artifacts: 'artifact',
  products: 'product',
};

type List = keyof typeof nouns;

/** What changes from one content of a transformation to the next; all of it is new where there was none. */
export function diffTransformation(
  before: TransformationSpec | undefined,
  after: TransformationSpec,
): readonly TransformationChange[] {
  return [
    ...texts.flatMap((field) => {
      const [was, is] = [before?.[field] ?? '', after[field]];
      return was === is
        ? []
        : [
            {
              field,
              before: was,
              after: is,
              words: `${field}: ${was === '' ? 'none' : was} → ${is === '' ? 'none' : is}`,
            },
          ];
    }),
    ...(Object.keys(nouns) as List[]).flatMap((field) => diffList(field, before, after)),
  ];
}

function diffList(
  field: List,
  before: TransformationSpec | undefined,
  after: TransformationSpec,
): readonly TransformationChange[] {
  const [was, is] = [itemsOf(field, before), itemsOf(field, after)];
  const noun = nouns[field];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): readonly TransformationChange[] => {
    const [old, now] = [was.get(key), is.get(key)];
    if (old === undefined) return [{ field, key, after: now, words: `${noun} ${key} added` }];
    if (now === undefined) return [{ field, key, before: old, words: `${noun} ${key} removed` }];
    if (canonicalJson(old) === canonicalJson(now)) return [];
    return [{ field, key, before: old, after: now, words: `${noun} ${key}: ${wordsOfFields(old, now)}` }];
  });
}

function itemsOf(field: List, spec: TransformationSpec | undefined): ReadonlyMap<string, unknown> {
  switch (field) {
    case 'milestones':
      return new Map(spec?.milestones.map((one) => [one.key, one]));
    case 'timeboxes':
      return new Map(spec?.timeboxes.map((one) => [one.id, one]));
    case 'goals':
      return new Map(spec?.goals.map((one) => [one.id, one]));
    case 'artifacts':
      return new Map(spec?.artifacts.map((one) => [keyOfArtifact(one), one]));
    case 'products':
      return new Map(spec?.products.map((one) => [one, one]));
  }
}

function wordsOfFields(before: unknown, after: unknown): string {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name} ${was.get(name) || 'none'} → ${is.get(name) || 'none'}`)
    .join(', ');
}

function fieldsOf(item: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(item as object).map(([name, value]) => [name, String(value)]));
}
