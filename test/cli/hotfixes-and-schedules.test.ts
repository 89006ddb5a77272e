import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shortId } from '../../core/ids.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { put, retire, windowOf } from '../support/restriction-people.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe('lane hotfix', () => {
  test('brings a bundle into a held lane, once somebody confirms, and shows it as a hotfix', async () => {
    const bundle = await sealText(engine, 'cannot wait');
    await api.lane('dev', 'hold', 'shop', '--lane', 'bronze', '--reason', 'errors', '--yes');
    const fix = ['hotfix', shortId(bundle), '--to', 'bronze', '--reason', 'people cannot log in'];
    expect(await api.lane('carol', ...fix)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no terminal to ask on'),
    });
    const run = await api.lane('carol', ...fix, '--yes', '--wait', '--timeout', '30s');
    expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/^hotfix [0-9a-f]{12}: /m) });
    expect((await api.lane('dev', 'get', 'promotions')).stdout).toMatch(/shop +bronze, hotfix .*LIVE/);
    expect((await api.lane('dev', 'why', run.stdout)).stdout).toContain('hotfix of');
    expect((await api.lane('carol', ...fix, '--yes')).stderr).toContain('already under way; joined');
    await api.lane('dev', 'resume', 'shop', '--lane', 'bronze', '--reason', 'mended', '--yes');
  });

  test('needs a reason, and a right', async () => {
    const bundle = await sealText(engine, 'not allowed');
    const fix = ['hotfix', shortId(bundle), '--to', 'bronze', '--yes'];
    expect(await api.lane('carol', ...fix)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a reason'),
    });
    const refused = await api.lane('alice', ...fix, '--reason', 'me first');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('release-manager, operator');
  });

  test('under a hold for hotfixes, waits and says so', async () => {
    const bundle = await sealText(engine, 'waits, too');
    await api.lane('dev', 'hold', 'shop', '--lane', 'bronze', '--reason', 'moving', '--hotfixes', '--yes');
    expect((await api.lane('dev', 'holds')).stdout).toContain('promotions and hotfixes');
    const { stdout: id } = await api.lane(
      'carol',
      'hotfix',
      shortId(bundle),
      '--to',
      'bronze',
      '--reason',
      'x',
      '--yes',
    );
    expect((await api.lane('dev', 'why', id)).stdout).toContain('dev holds bronze of shop: moving');
    await api.lane('carol', 'abort', id, '--reason', 'over', '--yes');
    await api.lane('dev', 'resume', 'shop', '--lane', 'bronze', '--reason', 'mended', '--yes');
  });

  test('is planned by its own gates, past a hold of its lane', async () => {
    const bundle = await sealText(engine, 'planned');
    await api.lane('dev', 'hold', 'shop', '--lane', 'silver', '--reason', 'errors', '--yes');
    const plan = ['plan', shortId(bundle), '--to', 'silver'];
    const ordinary = await api.lane('carol', ...plan);
    expect(ordinary.stdout).toContain('live-in-bronze');
    const { stdout } = await api.lane('carol', ...plan, '--hotfix');
    expect(stdout).toContain('hotfix-right');
    expect(stdout).not.toContain('live-in-bronze');
    expect(stdout).not.toContain('dev holds silver');
    expect(stdout).toContain(`next: lane hotfix ${shortId(bundle)} --to silver --reason TEXT`);
    expect((await api.lane('carol', ...plan, '--hotfix', '--priority', 'low')).stderr).toContain('has no schedule');
    await api.lane('dev', 'resume', 'shop', '--lane', 'silver', '--reason', 'mended', '--yes');
  });

  test('waits for no window of approvals, in its plan as when somebody approves', async () => {
    const bundle = await sealText(engine, 'approved at night');
    const night = windowOf('night', {
      ...{ kind: 'FREEZE', reason: 'people sleep', zone: 'UTC', begins: '2026-06-01T00:00' },
      ...{ ends: inMinutes(60).slice(0, 19), products: ['shop'], actions: ['APPROVE'] },
    });
    await put(engine, 'dev', night);
    try {
      const plan = ['plan', shortId(bundle), '--to', 'gold'];
      expect((await api.lane('carol', ...plan)).stdout).toContain('approvals are refused until then');
      expect((await api.lane('carol', ...plan, '--hotfix')).stdout).not.toContain('refused until then');
      const fix = ['hotfix', shortId(bundle), '--to', 'gold', '--reason', 'people cannot log in', '--yes'];
      const { stdout: id } = await api.lane('carol', ...fix);
      expect(await api.lane('alice', 'approve', id, '--yes')).toMatchObject({ code: 0 });
      await api.lane('dev', 'watch', id);
      expect((await api.lane('dev', 'get', 'promotions')).stdout).toMatch(/shop +gold, hotfix .*LIVE/);
    } finally {
      await retire(engine, 'dev', { kind: 'window', name: 'night' });
    }
  });

  test('writes what starts it in Temporal', async () => {
    const bundle = await sealText(engine, 'by Temporal');
    const out = join(await scratchFolder(), 'hotfix.json');
    const fix = ['hotfix', shortId(bundle), '--to', 'bronze', '--reason', 'x', '--print', '--out', out];
    const printed = await api.lane('carol', ...fix);
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining('hotfix/default/shop/bronze/') });
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ kind: 'HOTFIX', bundle });
  });
});

describe('lane promote', () => {
  test('at an instant waits for it, visibly, and is cancelled like any other', async () => {
    const bundle = await sealText(engine, 'later');
    const at = inMinutes(90);
    const { stdout: id } = await api.lane('dev', 'promote', shortId(bundle), '--to', 'bronze', '--at', at);
    const { items } = await api.json('dev', 'get', 'promotions');
    expect(items).toContainEqual(expect.objectContaining({ id, state: 'QUEUED', startsAt: at }));
    expect((await api.lane('dev', 'why', id)).stdout).toContain('scheduled for');
    expect((await api.lane('dev', 'abort', id, '--reason', 'not today', '--yes')).code).toBe(0);
  });

  test.each([
    ['in the past', ['--at', '2026-01-01T00:00Z'], 'in the past'],
    ['without an offset', ['--at', '2036-01-01T00:00'], 'offset'],
    ['on a day that is none', ['--at', '2036-02-30T00:00Z'], '--at'],
    ['too far ahead', ['--at', '2036-01-01T00:00Z'], '366 days'],
    ['that ends before it begins', ['--at', inMinutes(90), '--not-after', inMinutes(60)], 'later than'],
  ])('%s is refused before anything is signed', async (_what, options, told) => {
    const bundle = await sealText(engine, 'never');
    const { code, stderr } = await api.lane('dev', 'promote', shortId(bundle), '--to', 'bronze', ...options);
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
    expect((await api.lane('dev', 'get', 'promotions')).stdout).not.toContain(shortId(bundle));
  });
});
