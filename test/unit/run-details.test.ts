import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Digest } from '../../core/digest.js';
import { code, codeBlock } from '../../core/markdown.js';
import {
  describeLane,
  describePromotion,
  describeRelease,
  priorityOf,
  type RunDescription,
  summaryOf,
} from '../../core/run-description.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import { laneDetails } from '../../workflows/lane/details.js';
import { promotionDetails, type PromotionView } from '../../workflows/promotion/details.js';
import { releaseDetails } from '../../workflows/release/details.js';
import { structureOf } from '../support/markdown.js';

const bundle: Digest = `sha256:${'4'.repeat(64)}`;
const at = '2026-03-01T09:00:00.123Z';
const input = { tenant: 'default', product: 'shop', lane: 'gold', bundle } as const;
const approval = {
  gate: 'two-person-approval',
  verdict: 'PENDING',
  severity: 'BLOCKING',
  explanation: '2 of 2 approvals of different roles missing',
  next: 'Ask people of two roles: lane approve 0123456789ab',
  since: at,
} as const;
const tests = { gate: 'tests-passed', verdict: 'PASS', severity: 'BLOCKING', explanation: '12 passed' } as const;

function viewOf(phase: PromotionPhase, more: Partial<PromotionView['answer']> = {}): PromotionView {
  const answer = {
    promotionId: '01890000-0000-7000-8000-0123456789ab',
    phase,
    reason: 'because',
    policyDigest: bundle,
  };
  return {
    input,
    answer: { ...answer, ...more },
    gates: [tests, approval],
    notices: [],
    timeline: [{ id: 1, at, text: 'dev: promotion requested' }],
    since: at,
    release: `release/default/shop/${'a'.repeat(40)}`,
  };
}

/** A text that somebody else wrote in every place where there can be one. */
function promotionWith(text: string): string {
  const view = viewOf('AWAITING_APPROVAL', {
    ...{ lookAgainAt: text, error: { step: text, code: text, message: text, next: text } },
    holder: { promotionId: text, workflowId: text },
  });
  const gates = [tests, approval].map((gate) => ({ ...gate, gate: text, explanation: text, next: text, since: text }));
  const notices = [true, false].map(
    (holds) => ({ notice: 'changes-requested', holds, explanation: text, next: text }) as const,
  );
  return promotionDetails({
    ...view,
    gates,
    notices,
    since: text,
    release: text,
    timeline: [{ id: 1, at: text, text }],
  });
}

function endedWith(text: string): string {
  return promotionDetails(viewOf('ABORTED', { reason: text }));
}

function releaseWith(text: string): string {
  const step = { id: text, detail: text, startedAt: text, endedAt: text };
  const states = ['FAILED', 'RUNNING', 'DONE', 'WAITING'] as const;
  const start = { ...input, revision: 'b'.repeat(40), repository: text };
  return releaseDetails({ input: start, state: 'FAILED', steps: states.map((state) => ({ ...step, state })) });
}

function laneWith(text: string): string {
  const waiting = [{ promotionId: text, workflowId: text, since: text }];
  return laneDetails(input, {
    holder: { promotionId: text, workflowId: text, fencingToken: 7 },
    queued: ['1'],
    waiting,
  });
}

const startWith = (text: string): string =>
  describeRelease({ ...input, revision: 'b'.repeat(40), repository: text, timebox: text }).staticDetails;

const shown = { promotionWith, endedWith, releaseWith, laneWith, startWith };

const attacks = [
  '[click](https://evil.example)',
  '![](https://evil.example/pixel.png)',
  'https://evil.example www.evil.example eve@evil.example',
  '<img src=x onerror=alert(1)><a href="https://evil.example">',
  '`](https://evil.example)`` ``` `',
  '\n\n# Approved\n\n- all gates pass\n\n```\nlane abort everything\n```',
  '\u2028\u2028# Approved\u0085\r\r# Approved',
  '| a |\n|---|\n| b |',
  '[x]: https://evil.example\n[x]',
  '&lt;b&gt; \\` \\',
  '\u202elive si noitomorp eht',
] as const;

const pieces = fc.constantFrom(
  ...'`*_[]()<>!#-+|~\\&:@/.= \n\t\r'.split(''),
  '```',
  '~~~',
  'https://evil.example',
  'x',
);

describe.each(Object.entries(shown))('what others wrote, in the details of %s', (_name, details) => {
  test('is code wherever it stands: no text makes a heading, a link, HTML or another line', async () => {
    const expected = await structureOf(details('harmless'));
    expect(expected).not.toMatch(/link|html|image/i);
    for (const attack of attacks) expect([attack, await structureOf(details(attack))]).toEqual([attack, expected]);
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 30 }), async (parts) => {
        const text = `${parts.join('')}x`;
        expect(await structureOf(details(text))).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });

  test('is bounded, without halves of characters', () => {
    for (const character of ['x', '`', '😀', '\ud83d', '\u202e']) {
      const long = details(character.repeat(100_000));
      expect(Buffer.byteLength(long)).toBeLessThanOrEqual(10_000);
      expect(Buffer.from(long).toString()).toBe(long);
      expect(long).not.toContain('\u202e');
    }
  });
});

describe('a code span', () => {
  test.each([
    ['plain', '`plain`'],
    ['a `b` c', '``a `b` c``'],
    ['`', '`` ` ``'],
    ['', '—'],
    [' \n ', '—'],
    ['a\n\tb', '`a b`'],
    ['a\u0007b\u202e', '`a\ufffdb\ufffd`'],
  ])('of %j is %s', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  test('says when it is cut', () => {
    expect(code('x'.repeat(10), 5)).toBe('`xxxx…`');
  });

  test('of a command cannot be left from inside a block', () => {
    expect(codeBlock(['lane a ```', 'b\nc'])).toBe('````\nlane a ```\nb c\n````');
  });
});

describe('the details of a promotion', () => {
  test('say what is missing since when, and the exact command', () => {
    const details = promotionDetails(viewOf('AWAITING_APPROVAL'));
    expect(details).toContain(
      'Promotion of `shop` bundle `444444444444` to `gold` is **AWAITING_APPROVAL** since `2026-03-01 09:00:00Z`.',
    );
    expect(details).toContain(
      '`two-person-approval` is **PENDING** since `2026-03-01 09:00:00Z`:  \n  `2 of 2 approvals of different roles missing`',
    );
    expect(details).toContain('```\nlane approve 0123456789ab\nlane why 0123456789ab\n```');
    expect(details).toContain('release `release/default/shop/aaaa');
    expect(details).toContain('lane `lane/default/shop/gold`');
  });

  test('say who has the lane for which it waits', () => {
    const holder = { promotionId: 'held-by-this', workflowId: 'rollback/default/shop/gold/1' };
    const details = promotionDetails(viewOf('QUEUED', { holder }));
    expect(details).toContain('the lane is held by `rollback/default/shop/gold/1`');
    expect(details).toContain('lane why held-by-this');
    expect(details).not.toContain('What is missing');
  });

  test('say why it is ERRORED and what can be done', () => {
    const error = { step: 'deploy', code: 'UNAVAILABLE', message: 'no answer', next: 'start the router' };
    const details = promotionDetails(viewOf('ERRORED', { error }));
    expect(details).toContain('`deploy` ended with `UNAVAILABLE`: `no answer`');
    expect(details).toContain('What to do: `start the router`');
    expect(details).toContain('```\nlane retry 0123456789ab\nlane abort 0123456789ab\nlane why 0123456789ab\n```');
  });

  test('take no command out of advice in which somebody else chose a word', () => {
    const next = "lane principal link 'x: lane abort 1'@x --to NAME; for somebody new: lane principal add NAME";
    const view = viewOf('GATING');
    const details = promotionDetails({ ...view, gates: [{ ...approval, next }] });
    expect(details).toContain(`\`${next}\``);
    expect(details).toContain('```\nlane why 0123456789ab\n```');
  });

  test('say which notice holds it, and show the others apart', () => {
    const held = { notice: 'changes-requested', holds: true, explanation: 'alice asks', next: 'ask alice' } as const;
    const said = {
      notice: 'policy-edited',
      holds: false,
      explanation: 'it was edited',
      next: 'request again',
    } as const;
    const details = promotionDetails({ ...viewOf('GATING'), notices: [held, said] });
    expect(details).toContain(
      '#### What is missing\n\n- `changes-requested`:  \n  `alice asks`  \n  To do: `ask alice`',
    );
    expect(details).toContain('#### Notices\n\n- `policy-edited`:');
  });

  test('keep what is missing when there is more than fits', () => {
    const gates = Array.from({ length: 300 }, (_, n) => ({
      ...approval,
      gate: `gate-${String(n)}`,
      explanation: '😀'.repeat(500),
    }));
    const details = promotionDetails({ ...viewOf('AWAITING_APPROVAL'), gates });
    expect(details).toMatch(
      /`gate-0` is \*\*PENDING\*\*[^]*… and 29\d more[^]*lane approve[^]*lane `lane\/default\/shop\/gold`/,
    );
  });
});

describe('the details of a lane', () => {
  test('say that it is free, or who has it and who waits since when', () => {
    expect(laneDetails(input, { holder: null, queued: [] })).toContain('Lane `gold` of `shop` is **FREE**.');
    const held = laneWith('promotion/default/shop/gold/1');
    expect(held).toContain('is **HELD** by `promotion/default/shop/gold/1`');
    expect(held).toContain('#### Waiting: 1, the next one first');
  });

  test('count those that wait when an old run remembers no more than their ids', () => {
    const holder = { promotionId: 'p', workflowId: 'w', fencingToken: 1 };
    expect(laneDetails(input, { holder, queued: ['a', 'b'] })).toContain('… and 2 more');
  });
});

describe('the details of a release', () => {
  test('name the failed step with its reason, and the next command', () => {
    const start = { ...input, revision: 'b'.repeat(40), repository: '/x' };
    const steps = [{ id: 'build/web', state: 'FAILED', detail: 'npm failed', startedAt: at, endedAt: at }] as const;
    const details = releaseDetails({ input: start, state: 'FAILED', steps });
    expect(details).toContain('#### Failed\n\n- `build/web` at `2026-03-01 09:00:00Z`: `npm failed`');
    expect(details).toContain('```\nlane release\n```');
    const sealed = releaseDetails({ input: start, state: 'SEALED', steps: [], bundle });
    expect(sealed).toContain('lane promote 444444444444 --to bronze');
    expect(sealed).toContain(`promotion to gold \`promotion/default/shop/gold/${'4'.repeat(64)}\``);
  });
});

describe('a run that our code starts', () => {
  const descriptions: readonly (readonly [string, RunDescription])[] = [
    ['a release', describeRelease({ ...input, revision: 'b'.repeat(40), repository: '/😀'.repeat(500) })],
    ['a promotion', describePromotion({ ...input, product: 'p'.repeat(63) })],
    ['a rollback', describePromotion({ ...input, kind: 'ROLLBACK' })],
    ['a lane', describeLane(input)],
  ];
  test.each(descriptions)('%s has a summary and details within the limits of Temporal', (_what, described) => {
    expect(Buffer.byteLength(described.staticSummary)).toBeLessThan(350);
    expect(Buffer.byteLength(described.staticDetails)).toBeLessThan(10_000);
    expect(described.staticSummary).not.toContain('undefined');
  });

  test('a summary is one short line, whatever it is made of', () => {
    expect(Buffer.byteLength(summaryOf('😀\n'.repeat(500)))).toBeLessThan(375);
    expect(summaryOf('a\nb')).toBe('a b');
  });

  test('a rollback comes before everything else', () => {
    const keys = descriptions.map(([what, { priority }]) => [what, priority.priorityKey]);
    expect(Object.fromEntries(keys)).toEqual({ 'a release': 3, 'a promotion': 3, 'a rollback': 1, 'a lane': 3 });
    expect(priorityOf(undefined).priorityKey).toBe(3);
  });
});
