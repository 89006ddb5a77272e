import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { asOwner } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  bundle = await sealText(engine, 'one', { authorEmail: 'dev@example.com' });
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const lane = (...args: readonly string[]) => api.lane('dev', ...args);
const year = ['--zone', 'Europe/Berlin', '--begins', '2026-06-01T00:00', '--ends', '2035-01-01T00:00'];

describe('lane window', () => {
  test('makes a window only once somebody has confirmed, and tells when it is there', async () => {
    const make = ['window', 'create', 'advent', '--freeze', '--reason', 'everybody buys', '--lane', 'gold', ...year];
    const asked = await lane(...make);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no terminal to ask on') });
    const made = await lane(...make, '--yes');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^window: +advent, revision 1$/m) });
    expect(made.stdout).toMatch(/^for: +gold of every product$/m);
    expect((await lane('window', 'list')).stdout).toMatch(
      /advent +freeze .*Europe\/Berlin +gold of every product +everybody buys/,
    );
    expect(await lane(...make, '--yes')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('there is a window advent already'),
    });
  });

  test.each([
    ['without saying what it does', [], 'pass --freeze'],
    ['that closes and opens', ['--freeze', '--change'], '--freeze and --change contradict each other'],
    ['in a zone that is none', ['--freeze', '--zone', 'CET'], 'CET'],
    ['that ends before it begins', ['--freeze', '--ends', '2026-05-01T00:00'], 'ends'],
    ['for a lane that is none', ['--freeze', '--lane', 'platinum'], 'there is no lane platinum'],
  ])('%s is not made, and the mistake is told', async (_what, more, told) => {
    const { code, stderr } = await lane('window', 'create', 'wrong', '--reason', 'x', ...year, ...more, '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
  });

  test('says of each lane whether it is open, at an instant, for somebody and something', async () => {
    const now = await lane('window', 'check', 'shop');
    expect(now.stdout).toMatch(/^bronze +open +-$/m);
    expect(now.stdout).toMatch(
      /^gold +closed +2034-12-31 23:00 UTC \(in [0-9]+d\) +freeze: everybody buys \(advent\)$/m,
    );
    const later = ['--lane', 'gold', '--at', '2035-01-01T00:00+01:00', '--exit-code'];
    expect(await lane('window', 'check', 'shop', ...later)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('open'),
    });
    expect((await lane('window', 'check', 'shop', '--lane', 'gold', '--exit-code')).code).toBe(6);
    expect((await lane('window', 'check', 'shop', '--action', 'rollback', '--exit-code')).code).toBe(0);
    expect((await lane('window', 'check', 'shop', '--at', 'tomorrow')).stderr).toContain(
      '--at tomorrow is not an instant',
    );
    expect((await lane('window', 'check', 'nowhere')).code).toBe(5);
  });

  test('is changed by its file, has a history that is checked, and ends', async () => {
    const file = join(await scratchFolder(), 'advent.yaml');
    const head = 'apiVersion: lanekeeper.dev/v1\nkind: Window\nmetadata: { name: advent }\n';
    const spec =
      'spec: { kind: FREEZE, reason: everybody sells, zone: Europe/Berlin, begins: 2026-06-01T00:00, lasts: P30D }\n';
    await writeFile(file, head + spec);
    expect((await lane('window', 'apply', file, '--yes')).stderr).toContain('it never comes again');
    await writeFile(file, head + spec.replace('P30D', 'P3000D'));
    expect(await lane('window', 'apply', file, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('revision 2'),
    });
    expect((await lane('window', 'apply', file, '--yes')).stderr).toContain(
      'nothing to do: revision 2 of advent says this already',
    );
    const history = await lane('window', 'history', 'advent', '--verify');
    expect(history.stdout).toMatch(/^2 +dev +.*changed freeze window advent: everybody sells$/m);
    expect(history.stderr).toContain('all 2 revisions are what people have signed');
    expect((await lane('window', 'end', 'advent', '--reason', 'over', '--yes')).stdout).toContain('revision 3, ended');
    await asOwner(engine, "update restrictions set state = 'ACTIVE' where name = 'advent'");
    expect(await lane('window', 'history', 'advent', '--verify')).toMatchObject({
      ...{ code: 10, stderr: expect.stringContaining('what is there now is not what was signed last') },
    });
    await asOwner(engine, "update restrictions set state = 'RETIRED' where name = 'advent'");
  });
});

describe('lane window import', () => {
  const event = (uid: string, summary: string, ...lines: readonly string[]) => [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    `SUMMARY:${summary}`,
    ...lines,
    'END:VEVENT',
  ];
  const calendar = async (...events: readonly (readonly string[])[]) => {
    const path = join(await scratchFolder(), 'company.ics');
    await writeFile(
      path,
      ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', ...events.flat(), 'END:VCALENDAR', ''].join('\r\n'),
    );
    return path;
  };
  const weekend = event(
    'weekend',
    'Nobody is there',
    ...['DTSTART;TZID=Europe/Berlin:20260102T180000', 'DTEND;TZID=Europe/Berlin:20260105T080000'],
    'RRULE:FREQ=WEEKLY;BYDAY=FR',
  );

  test('puts what is in a calendar, leaves what is as it is, and says what it skips and what is gone', async () => {
    const audit = event('audit', 'Audit', 'DTSTART:20300101T000000Z', 'DTEND:20300102T000000Z');
    const floating = event('lost', 'Nowhere', 'DTSTART:20300101T000000', 'DTEND:20300102T000000');
    const past = event('past', 'Long ago', 'DTSTART:20200101T000000Z', 'DTEND:20200102T000000Z');
    const options = ['--freeze', '--lane', 'silver', '--prefix', 'company-', '--yes'];
    const first = await lane('window', 'import', await calendar(weekend, audit, floating, past), ...options);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/company-\S*weekend\S*, revision 1/) });
    expect(first.stderr).toMatch(/skipped, line \d+: the event "Nowhere": DTSTART: its time is in no zone/);
    expect(first.stderr).toContain('1 window over, 0 as they are, 2 to put');
    const moved = event('audit', 'Audit', 'SEQUENCE:1', 'DTSTART:20300201T000000Z', 'DTEND:20300202T000000Z');
    const second = await lane('window', 'import', await calendar(weekend, moved), ...options);
    expect(second.stderr).toContain('0 windows over, 1 as they are, 1 to put');
    expect(second.stdout).toMatch(/^company-\S*audit\S*, revision 2$/);
    const third = await lane('window', 'import', await calendar(moved), ...options);
    expect(third.stderr).toMatch(/not in this calendar: company-\S*weekend/);
    expect(third.stderr).toContain('import each calendar with a --prefix of its own');
    expect((await lane('window', 'list')).stdout).toMatch(
      /every Friday 18:00 to Monday 08:00, Europe\/Berlin +silver of every product/,
    );
  });

  test.each([
    ['that is no calendar', 'hello', 'line 1'],
    ['of more than a mebibyte', 'x'.repeat(6 * 1024 * 1024), 'calendar'],
  ])('refuses a file %s, and puts nothing', async (_what, text, told) => {
    const path = join(await scratchFolder(), 'bad.ics');
    await writeFile(path, text);
    const { code, stderr } = await lane('window', 'import', path, '--freeze', '--yes');
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(told)]);
  });
});

describe('lane hold', () => {
  test('stops the line, says how to lift that, and lane resume lifts it', async () => {
    const held = await lane('hold', 'shop', '--lane', 'gold', '--reason', 'checkout errors', '--yes');
    expect(held.stdout).toMatch(/^[0-9a-f]{8} +gold of shop +dev +\S.*promotions +checkout errors$/m);
    expect(held.stderr).toContain('lift it with: lane resume shop --lane gold --reason TEXT');
    expect((await lane('holds', 'shop')).stdout).toContain('checkout errors');
    expect((await lane('window', 'check', 'shop', '--lane', 'gold')).stdout).toContain(
      'dev holds gold of shop: checkout errors',
    );
    expect((await lane('resume', 'shop', '--reason', 'x', '--yes')).stderr).toContain(
      'nothing holds every lane of shop',
    );
    expect((await lane('resume', 'shop', '--lane', 'gold', '--reason', 'mended', '--yes')).stdout).toBe(
      'nothing is held',
    );
  });

  test('for two reasons is lifted one by one, each by its id', async () => {
    await lane('hold', 'shop', '--reason', 'one', '--yes');
    const second = await api.lane('bob', 'hold', 'shop', '--reason', 'two', '--rollbacks', '--yes');
    expect(second.stderr).toMatch(/^lift it with: lane resume shop --hold [0-9a-f]{8} --reason TEXT$/m);
    const both = await lane('resume', 'shop', '--reason', 'x', '--yes');
    expect(both.stderr).toContain('every lane of shop is held for several reasons');
    const id = /^([0-9a-f]{8}) .*two$/m.exec((await lane('holds')).stdout)?.[1] ?? '';
    const left = await lane('resume', 'shop', '--hold', id, '--reason', 'mended', '--yes');
    expect(left.stdout).toMatch(/dev .*one/);
    expect(left.stdout).not.toContain('two');
    await lane('resume', 'shop', '--reason', 'mended', '--yes');
    expect((await lane('holds')).stdout).toBe('nothing is held');
  });

  test('needs a product or --all, and not both', async () => {
    expect((await lane('hold', '--reason', 'x', '--yes')).stderr).toContain('name a product, or pass --all');
    expect((await lane('hold', 'shop', '--all', '--reason', 'x', '--yes')).stderr).toContain('contradict each other');
    expect((await api.lane('bob', 'hold', '--all', '--reason', 'x', '--yes')).code).toBe(3);
  });
});

describe('lane bundle recall', () => {
  test('says where the bundle is live, ends nothing that is not on its way, and is undone by somebody else', async () => {
    await engine.bringTo(bundle, 'bronze');
    const recalled = await api.lane('carol', 'bundle', 'recall', shortId(bundle), '--reason', 'it leaks', '--yes');
    expect(recalled.stderr).toContain('live in bronze');
    expect(recalled.stderr).toContain('roll it back with: lane rollback shop --lane bronze --reason TEXT');
    expect(recalled.stdout).toContain('is recalled');
    const refused = await lane('promote', shortId(bundle), '--to', 'silver');
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringContaining('the bundle was recalled by carol: it leaks'),
    ]);
    expect((await lane('actions', '--bundle', shortId(bundle))).stdout).toContain(
      'the bundle was recalled by carol: it leaks',
    );
    const own = await api.lane('carol', 'bundle', 'recall', shortId(bundle), '--undo', '--reason', 'mended', '--yes');
    expect(own.stderr).toContain('somebody else undoes that');
    expect((await lane('bundle', 'recall', shortId(bundle), '--undo', '--reason', 'mended', '--yes')).code).toBe(0);
    expect((await lane('promote', shortId(bundle), '--to', 'silver')).code).toBe(0);
  });
});
