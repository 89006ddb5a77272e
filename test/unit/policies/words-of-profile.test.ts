import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dashboardNames, lexiconWords } from '../../../core/policy/layers/document.js';
import { parseProfile } from '../../../core/policy/parse.js';
import { roleWords, rolesWords, titlesOf } from '../../../core/policy/role-words.js';
import { wordsFrom, wordsOf } from '../../../core/policy/words-of-profile.js';
import { profileOf } from '../../support/rules.js';
import { whyRefused } from '../../support/why-refused.js';

const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const anyLexicon = fc
  .uniqueArray(fc.constantFrom(...lexiconWords))
  .chain((named) =>
    fc.record(Object.fromEntries(named.map((name) => [name, fc.record({ one: anyText, many: anyText })]))),
  );

describe('the words of a profile', () => {
  test('are its own where it names them, and ours where it does not', () => {
    fc.assert(
      fc.property(anyLexicon, fc.constantFrom(...lexiconWords), (lexicon, concept) => {
        const words = wordsOf(lexicon);
        const expected = lexicon[concept] ?? { one: wordsOf().one(concept), many: wordsOf().many(concept) };
        expect([words.one(concept), words.many(concept)]).toEqual([expected.one, expected.many]);
      }),
    );
  });

  test('begin a heading with a letter in upper case, and change nothing else', () => {
    fc.assert(
      fc.property(anyLexicon, fc.constantFrom(...lexiconWords), (lexicon, concept) => {
        const words = wordsOf(lexicon);
        for (const [plain, heading] of [
          [words.one(concept), words.One(concept)],
          [words.many(concept), words.Many(concept)],
        ] as const) {
          const [first = '', ...rest] = plain;
          expect(heading).toBe(first.toUpperCase() + rest.join(''));
          // No half of a character is left.
          expect(Buffer.from(heading).toString()).toBe(heading);
        }
      }),
    );
    expect(wordsOf({ gate: { one: 'élément', many: '𐐨s' } }).One('gate')).toBe('Élément');
    expect(wordsOf({ gate: { one: 'élément', many: '𐐨s' } }).Many('gate')).toBe('𐐀s');
  });

  test('count one as one, and everything else as many', () => {
    fc.assert(
      fc.property(anyLexicon, fc.nat(), (lexicon, count) => {
        const words = wordsOf(lexicon);
        const noun = count === 1 ? words.one('gate') : words.many('gate');
        expect(words.count(count, 'gate')).toBe(`${String(count)} ${noun}`);
      }),
    );
  });

  test('come over the wire as they are, without what names nothing here', () => {
    const said = [
      { concept: 'gate', one: 'compliance review', many: 'compliance reviews' },
      { concept: '__proto__', one: 'x', many: 'x' },
      { concept: 'of-a-newer-server', one: 'y', many: 'y' },
    ];
    const words = wordsFrom(said);
    expect(lexiconWords.map((concept) => words.one(concept))).toEqual(
      lexiconWords.map((concept) => (concept === 'gate' ? 'compliance review' : wordsOf().one(concept))),
    );
  });
});

describe('the roles of a profile', () => {
  test('have their title, and the enrolled role that stands for them', async () => {
    const titles = titlesOf((await profileOf('togaf')).roleMap);
    expect(roleWords('release-manager', titles)).toBe('Architecture Board (release-manager)');
    expect(rolesWords(['developer', 'qa'], titles)).toBe('developer, Enterprise Architect (qa)');
    expect(roleWords('constructor', titles)).toBe('constructor');
    expect(roleWords('qa')).toBe('qa');
  });

  test('are all named where one enrolled role stands for several', () => {
    const titles = titlesOf({
      a: { title: 'A', role: 'qa' },
      b: { title: 'B', role: 'qa' },
      c: { title: 'A', role: 'qa' },
    });
    expect(roleWords('qa', titles)).toBe('A or B (qa)');
  });
});

describe('a profile', () => {
  const text = (gate: string, rest = '') =>
    JSON.stringify({
      ...{ apiVersion: 'lanekeeper.dev/v1', kind: 'Profile', metadata: { name: 'x' } },
      spec: {
        ...{ title: 'X', lexicon: { gate: { one: gate, many: 'gates' } }, roleMap: {} },
        timeboxes: [{ kind: 'sprint', title: 'Sprint' }],
        ...(rest === '' ? {} : { dashboards: [rest] }),
      },
    });

  test.each([
    ['a control character', 'a\u001b[2Jb'],
    ['a line break', 'a\nb'],
    ['a mark that turns the direction of reading', 'a\u202Eb'],
    ['a character that is not seen', 'a\u200Bb'],
    ['a line separator', 'a\u2028b'],
    ['nothing but characters that are drawn as nothing', '\u3164\u115F'],
    ['nothing but blanks of Braille', '\u2800'],
    ['nothing but marks for other characters', '\uFE0F\u034F'],
    ['blanks around it', ' a '],
    ['nothing but blanks', '   '],
    ['ten thousand characters', 'x'.repeat(10_000)],
  ])('with a word that has %s is refused', (_, word) => {
    expect(whyRefused(() => parseProfile(text(word), 'x.yaml'))).toContain('spec.lexicon.gate.one');
  });

  test('may have a word of any language, and signs that mean something elsewhere', () => {
    for (const word of ['Prüfung', '✔️ check', 'नमस्ते', '検査', 'إصدار', '<b>gate</b>', 'R&D “review”'])
      expect(parseProfile(text(word), 'x.yaml').lexicon.gate?.one).toBe(word);
  });

  test('names panels of the screen of a product, some of which are not there yet, and nothing else', () => {
    for (const name of dashboardNames) expect(parseProfile(text('gate', name), 'x.yaml').dashboards).toEqual([name]);
    expect(parseProfile(text('gate', 'flow'), 'x.yaml').dashboards).toEqual([]);
    expect(whyRefused(() => parseProfile(text('gate', 'charts'), 'x.yaml'))).toContain(
      'spec.dashboards[0] must be one of',
    );
  });
});
