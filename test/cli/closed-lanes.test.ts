import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { stateOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';
import { scratchFolder } from '../support/scratch.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let waiting: Target;
let live: Digest;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  waiting = await waitingForApproval(engine, 'waits');
  live = waiting.bundle;
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const lane = (...args: readonly string[]) => api.lane('dev', ...args);
const gold = { product: 'shop', lane: 'gold' } as const;
const always = { zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00', lanes: ['gold'] } as const;

describe('a promotion that waits in a closed lane', () => {
  test('is told until when, in plain instants, wherever somebody asks what to do about it', async () => {
    await put(engine, 'dev', windowOf('advent', { kind: 'FREEZE', reason: 'everybody buys', ...always }));
    const why = await lane('why', waiting.id);
    expect(why.stdout).toContain('the lane is closed: freeze: everybody buys (advent); opens 2035-01-01 00:00 UTC');
    expect(why.stdout).toContain('next: wait until 2035-01-01 00:00 UTC, when the lane opens');
    const actions = await lane('actions', waiting.id);
    expect(actions.stderr).toContain(
      'the lane is closed to it: freeze: everybody buys (advent); opens 2035-01-01 00:00 UTC',
    );
    expect(actions.stderr).toContain('next: wait until 2035-01-01 00:00 UTC, when the lane opens');
    expect((await lane('status', 'shop')).stdout).toContain(
      'closed: gold of shop: freeze: everybody buys (advent); opens 2035-01-01 00:00 UTC',
    );
    await retire(engine, 'dev', { kind: 'window', name: 'advent' });
  });

  test('names who lifts a hold, and says whether it stops rollbacks', async () => {
    const held = await hold(engine, 'bob', gold, 'checkout errors');
    const lifts = `next: bob, or a release-manager or operator, lifts the hold: lane resume shop --lane gold --hold ${held.id} --reason TEXT`;
    expect((await lane('why', waiting.id)).stdout).toContain(lifts);
    expect((await lane('actions', waiting.id)).stderr).toContain(lifts);
    expect((await lane('actions', '--product', 'shop')).stderr).toContain(
      'gold: promotions are stopped and rollbacks are not: bob holds gold of shop: checkout errors',
    );
    expect((await lane('actions', '--bundle', shortId(live))).stderr).toContain(
      'gold: it would wait: bob holds gold of shop: checkout errors',
    );
    await retire(engine, 'bob', { kind: 'hold', name: 'shop.gold' });
  });

  test('is watched from its closing to its opening', async () => {
    const watching = await api.start('dev', 'watch', waiting.id);
    const last = () => watching.soFar().findLast((line) => line.startsWith('the lane is '));
    for (const reason of ['first', 'second']) {
      await hold(engine, 'bob', gold, reason);
      await until(
        async () => Promise.resolve(last() === `the lane is closed: bob holds gold of shop: ${reason}`),
        reason,
      );
      await retire(engine, 'bob', { kind: 'hold', name: 'shop.gold' });
      await until(async () => Promise.resolve(last() === 'the lane is open'), 'it to be open');
    }
    watching.interrupt();
    expect((await watching.ended).code).toBe(130);
  });

  test('is approved with what comes next: who is still missing, and that it starts only if every gate passes', async () => {
    await put(engine, 'dev', windowOf('advent', { kind: 'FREEZE', reason: 'everybody buys', ...always }));
    const first = await api.lane('alice', 'approve', waiting.id, '--yes');
    expect(first.stdout).toContain('it starts on 2035-01-01 00:00 UTC, if every gate passes by then');
    expect(first.stderr).toMatch(/^next: somebody of qa, release-manager approves: lane approve [0-9a-f]{12}$/m);
    const second = await api.lane('bob', 'approve', waiting.id, '--yes');
    expect(second.stderr).toContain('next: wait until 2035-01-01 00:00 UTC, when the lane opens');
    expect(second.stderr).not.toMatch(/^next: .*lane approve/m);
    expect((await lane('why', waiting.id)).stdout).not.toContain('lane approve');
    await retire(engine, 'dev', { kind: 'window', name: 'advent' });
    await until(async () => (await stateOf(engine, waiting.id)) === 'LIVE', 'it to be live');
  });
});

describe('a bundle that was called back', () => {
  test('says so wherever it is shown: who, why, where it is live, and what to do', async () => {
    await recall(engine, 'carol', 'shop', live, 'it leaks');
    const shown = await lane('bundle', 'show', shortId(live));
    expect(shown.stdout).toMatch(
      /^recalled: +RECALLED by carol .*\(\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC\): it leaks$/m,
    );
    expect(shown.stderr).toContain('next: it is live and at risk: lane rollback shop --lane gold --reason TEXT');
    expect(shown.stderr).toContain(
      `next: somebody other than carol lets it be promoted again: lane bundle recall ${shortId(live)} --undo --reason TEXT`,
    );
    const listed = (await lane('get', 'bundles')).stdout;
    expect(listed).toMatch(/gold, RECALLED/);
    expect(listed).toContain(`recalled: ${shortId(live)} by carol`);
    expect(await api.json('dev', 'bundle', 'show', shortId(live))).toMatchObject({
      recall: { by: 'carol', reason: 'it leaks' },
    });
  });

  test('puts what is live at risk, with the reason in every table of lanes', async () => {
    await until(async () => (await lane('status', 'shop')).stdout.includes('at risk: '), 'it to be at risk');
    for (const asked of [
      ['status', 'shop'],
      ['product', 'show', 'shop'],
      ['get', 'lanes'],
    ])
      expect((await lane(...asked)).stdout).toMatch(/^at risk: .*gold of shop: recalled by carol: it leaks$/m);
  });

  test('is no longer told of once somebody else has undone that', async () => {
    await retire(engine, 'dev', { kind: 'recall', name: live.slice('sha256:'.length) });
    expect((await lane('get', 'bundles')).stdout).not.toContain('RECALLED');
    expect((await lane('bundle', 'show', shortId(live))).stderr).toBe('');
  });
});

describe('somebody without the role for it', () => {
  test.each([
    ['a window', ['window', 'end', 'office', '--reason', 'x', '--yes']],
    ['the hold of somebody else', ['resume', 'shop', '--lane', 'gold', '--reason', 'x', '--yes']],
    ['every product', ['hold', '--all', '--reason', 'x', '--yes']],
  ])('is told by name whom to ask about %s', async (_what, asked) => {
    await put(engine, 'dev', windowOf('office', { kind: 'CHANGE', reason: 'people are there', ...always }));
    await hold(engine, 'dev', gold, 'errors');
    const { code, stderr } = await api.lane('bob', ...asked);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^next: ask carol or dev, who may; lane /m)]);
    await retire(engine, 'dev', { kind: 'hold', name: 'shop.gold' });
    await retire(engine, 'dev', { kind: 'window', name: 'office' });
  });
});

describe('a window', () => {
  const made = [
    '--freeze',
    '--reason',
    'x',
    '--zone',
    'UTC',
    '--begins',
    '2026-06-01T00:00',
    '--ends',
    '2035-01-01T00:00',
  ];

  test('for a person or a role that nobody is counts, and says so', async () => {
    const odd = ['--invoker', 'role:nobody', '--invoker', 'bobb', '--invoker', 'bob', '--invoker', 'role:qa'];
    const { code, stderr } = await lane('window', 'create', 'odd', ...made, '--lane', 'silver', ...odd, '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('note: it names bobb, and nobody is enrolled as that: lane principal list');
    expect(stderr).toContain('note: it names the role nobody, and nobody has it: lane principal list');
    expect(stderr.match(/^note: /gm)).toHaveLength(2);
    await lane('window', 'end', 'odd', '--reason', 'x', '--yes');
  });

  test('that is over is marked', async () => {
    const past = windowOf('past', {
      kind: 'FREEZE',
      reason: 'long ago',
      zone: 'UTC',
      begins: '2026-01-01T00:00',
      ends: '2026-01-02T00:00',
    });
    await put(engine, 'dev', past);
    expect((await lane('window', 'list')).stdout).toMatch(/^past +freeze, over /m);
    expect((await lane('window', 'show', 'past')).stdout).toMatch(/^window: +past, revision 1, over/m);
    expect(await api.json('dev', 'window', 'show', 'past')).toMatchObject({ over: true });
  });

  test('of a calendar that says nothing new is not put, and times without a zone ask for one', async () => {
    const path = join(await scratchFolder(), 'company.ics');
    const event = (uid: string, z: string) => [
      ...['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `SUMMARY:${uid}`],
      ...[`DTSTART:20300101T000000${z}`, `DTEND:20300102T000000${z}`, 'END:VEVENT'],
    ];
    const text = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:x',
      ...event('audit', 'Z'),
      ...event('lost', ''),
      'END:VCALENDAR',
      '',
    ];
    await writeFile(path, text.join('\r\n'));
    const imported = ['window', 'import', path, '--freeze', '--lane', 'silver', '--yes'];
    expect((await lane(...imported)).stderr).toContain('say in which zone these are, and import again: --zone');
    const again = await lane(...imported);
    expect([again.code, again.stdout]).toEqual([0, 'nothing to put: the windows say what the calendar says']);
    expect((await lane(...imported, '--zone', 'Europe/Berlin')).stderr).not.toContain('say in which zone');
  });
});
