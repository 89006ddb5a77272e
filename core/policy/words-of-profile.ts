import { type Lexicon, lexiconWords } from './layers/document.js';

/** Something that a method may have a word of its own for. */
type Concept = (typeof lexiconWords)[number];

/** A word for one and for many. */
interface Word {
  readonly one: string;
  readonly many: string;
}

/** The words in which people read about a product. */
export interface Words {
  /** `bundle`, `Increment`. */
  readonly one: (concept: Concept) => string;
  /** `bundles`, `Increments`. */
  readonly many: (concept: Concept) => string;
  /** `1 bundle`, `3 bundles`. */
  readonly count: (count: number, concept: Concept) => string;
  /** For the beginning of a sentence or a heading: `Compliance review`. */
  readonly One: (concept: Concept) => string;
  readonly Many: (concept: Concept) => string;
}

/** The words of Lanekeeper, where the method has none, or there is none. */
const neutralWords: Readonly<Record<Concept, Word>> = {
  bundle: { one: 'bundle', many: 'bundles' },
  promotion: { one: 'promotion', many: 'promotions' },
  gate: { one: 'gate', many: 'gates' },
  exception: { one: 'exception', many: 'exceptions' },
  timebox: { one: 'timebox', many: 'timeboxes' },
  goal: { one: 'goal', many: 'goals' },
  artifact: { one: 'artifact', many: 'artifacts' },
  team: { one: 'team', many: 'teams' },
  transformation: { one: 'transformation', many: 'transformations' },
};

/** The words of a method, and ours for those that it does not name. */
export function wordsOf(lexicon: Lexicon = {}): Words {
  const wordFor = (concept: Concept): Word =>
    (Object.hasOwn(lexicon, concept) ? lexicon[concept] : undefined) ?? neutralWords[concept];
  const one = (concept: Concept) => wordFor(concept).one;
  const many = (concept: Concept) => wordFor(concept).many;
  return {
    one,
    many,
    count: (count, concept) => `${String(count)} ${count === 1 ? one(concept) : many(concept)}`,
    One: (concept) => beginning(one(concept)),
    Many: (concept) => beginning(many(concept)),
  };
}

/** The words of a method, as the API says them; what it says about anything else is left out. */
export function wordsFrom(lexicon: readonly (Word & { readonly concept: string })[]): Words {
  const known = lexicon.filter(({ concept }) => (lexiconWords as readonly string[]).includes(concept));
  return wordsOf(Object.fromEntries(known.map(({ concept, one, many }) => [concept, { one, many }])));
}

/** With its first letter in upper case. A letter may be more than one UTF-16 unit, and may have no upper case. */
function beginning(text: string): string {
  const [first = ''] = text;
  return `${first.toUpperCase()}${text.slice(first.length)}`;
}
