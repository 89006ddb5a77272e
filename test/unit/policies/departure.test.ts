import { describe, expect, test } from '@jest/globals';
import { type Departed, whyDeparted } from '../../../core/governance/departure.js';

const published: Departed = { author: 'dev', wasPublished: true };
const waiting: Departed = { author: 'dev', wasPublished: false };
const installed: Departed = { author: '', wasPublished: false };

describe('a version that is over', () => {
  test.each<[string, Departed, string]>([
    ['was replaced where it was in force and nobody took it out', published, 'replaced'],
    ['was replaced where it was installed and nobody took it out', installed, 'replaced'],
    [
      'was taken out of force where somebody has signed that',
      { ...published, retiredBy: 'carol' },
      'taken out of force',
    ],
    ['was taken out of force, too, where it was installed', { ...installed, retiredBy: 'carol' }, 'taken out of force'],
    ['was withdrawn where its author did it before it was in force', { ...waiting, retiredBy: 'dev' }, 'withdrawn'],
    ['was turned down where somebody else did', { ...waiting, retiredBy: 'carol' }, 'turned down'],
    ['is retired where nobody has said why', waiting, 'retired'],
  ])('%s', (_, version, words) => {
    expect(whyDeparted(version)).toBe(words);
  });
});
