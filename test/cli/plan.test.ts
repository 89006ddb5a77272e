import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import { maxPlans } from '../../store/plan/write.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { put, retire, windowOf } from '../support/restriction-people.js';
import { scratchFolder } from '../support/scratch.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';

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

/** A bundle with everything that gold needs except approvals. */
async function readyForGold(text: string): Promise<Digest> {
  const bundle = await sealText(engine, text);
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'bronze', 'silver');
  return bundle;
}

const plan = (bundle: Digest, to = 'bronze', ...more: string[]) =>
  api.json('dev', 'plan', shortId(bundle), '--to', to, ...more);
const digestOfPlan = async (bundle: Digest, to = 'bronze'): Promise<string> =>
  String((await plan(bundle, to))['digest']);
const promote = (bundle: Digest, by: string, to = 'bronze', ...more: string[]) =>
  api.lane('dev', 'promote', shortId(bundle), '--to', to, '--plan', by, ...more);
const countPromotions = async (bundle: Digest) =>
  (await rowsOf(engine, 'select id from promotions where bundle_digest = $1', bundle)).length;

const midnight = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00`;
const opens = midnight(20);
const xmas = { kind: 'FREEZE', reason: 'rest', zone: 'UTC', begins: midnight(-1), ends: opens } as const;

describe('lane plan', () => {
  test('says what is needed, by which command, and who can: neither the author nor who asks', async () => {
    const bundle = await readyForGold('who can');
    const { stdout } = await api.lane('dev', 'plan', shortId(bundle), '--to', 'gold');
    expect(stdout).toMatch(/^earliest: +nobody can say when: gate two-person-approval waits for people who approve$/m);
    expect(stdout).toMatch(/^needed +two-person-approval: .*lane approve PROMOTION +.*alice \(/m);
    const people = (await plan(bundle, 'gold'))['timeline'] as { people: { name: string }[] }[];
    expect(people[0]?.people.map(({ name }) => name)).not.toContain('dev');
    expect(stdout).toContain(`next: lane promote ${shortId(bundle)} --to gold --plan `);
  });

  test('says that it begins at once, or when the lane opens, in UTC and by the clock of who reads, and what closes it', async () => {
    const bundle = await sealText(engine, 'at once');
    const { earliest, plannedAt } = await plan(bundle);
    expect([typeof earliest, earliest]).toEqual(['string', plannedAt]);
    await put(engine, 'dev', windowOf('xmas', xmas));
    try {
      const { stdout } = await api.lane('dev', 'plan', shortId(bundle), '--to', 'bronze');
      expect(stdout).toMatch(/^closed: +freeze: rest \(xmas\)$/m);
      const instant = `${opens.replace('T', ' ')} UTC`;
      expect(stdout).toMatch(
        new RegExp(`^earliest: +${instant} \\(20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d .+, in 19d\\)$`, 'm'),
      );
      expect(stdout).toMatch(new RegExp(`^${instant} +the lane opens, closed by freeze: rest \\(xmas\\)$`, 'm'));
    } finally {
      await retire(engine, 'dev', { kind: 'window', name: 'xmas' });
    }
  });

  test('answers for a schedule in the words of lane promote, with the same options', async () => {
    const bundle = await sealText(engine, 'scheduled');
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const planned = await plan(bundle, 'bronze', '--at', at, '--priority', 'low');
    expect(planned['earliest']).toBe(at);
    expect(planned['nextStep']).toContain(`--at ${at} --priority low`);
    const mistaken = await api.lane('dev', 'plan', shortId(bundle), '--to', 'bronze', '--at', '2020-01-01T00:00Z');
    expect(mistaken).toMatchObject({ code: 2, stderr: expect.stringContaining('was in the past') });
  });

  test('keeps its digest while nothing changes, whenever it is asked for', async () => {
    const bundle = await sealText(engine, 'same');
    const first = await digestOfPlan(bundle);
    expect(await digestOfPlan(bundle)).toBe(first);
    await sealText(engine, 'something else');
    expect(await digestOfPlan(bundle)).toBe(first);
  });
});

describe('lane promote --plan', () => {
  test('promotes by a prefix of the digest, which the request is signed for in full', async () => {
    const bundle = await sealText(engine, 'by plan');
    const digest = await digestOfPlan(bundle);
    expect(await promote(bundle, shortId(digest), 'bronze', '--wait', '--timeout', '60s')).toMatchObject({ code: 0 });
    const printed = await sealText(engine, 'by plan, printed');
    const planned = await digestOfPlan(printed);
    const file = join(await scratchFolder(), 'request.json');
    expect(await promote(printed, shortId(planned), 'bronze', '--print', '--out', file)).toMatchObject({ code: 0 });
    const { request } = JSON.parse(await readFile(file, 'utf8')) as { request: { dsseEnvelope: { payload: string } } };
    const { payload } = request.dsseEnvelope;
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({ predicate: { plan: planned } });
  });

  test('is judged as the plan was where people have to approve, also for a run that nobody has requested', async () => {
    const bundle = await readyForGold('with people');
    await engine.reached(await engine.promote({ lane: 'gold', bundle }), 'GATING');
    const planned = await plan(bundle, 'gold');
    expect(planned['underWay']).toMatch(/^[0-9a-f-]{36}$/);
    expect(planned['nextStep']).toBe(`lane why ${shortId(String(planned['underWay']))}`);
    expect(await promote(bundle, shortId(String(planned['digest'])), 'gold')).toMatchObject({ code: 0 });
    const [requested] = await rowsOf(engine, 'select requester from promotions where id = $1', planned['underWay']);
    expect(requested).toEqual({ requester: 'dev' });
    const fresh = await readyForGold('with people again');
    expect(await promote(fresh, await digestOfPlan(fresh, 'gold'), 'gold')).toMatchObject({ code: 0 });
  });

  test('of a promotion that is under way counts who has approved, and asks the others', async () => {
    const bundle = await readyForGold('approved by one');
    const { stdout: id } = await api.lane('dev', 'promote', shortId(bundle), '--to', 'gold');
    const whoCan = async () => {
      const { timeline } = (await plan(bundle, 'gold')) as { timeline: { people?: { name: string }[] }[] };
      return (timeline[0]?.people ?? []).map(({ name }) => name);
    };
    expect(await whoCan()).toContain('alice');
    expect(await api.lane('alice', 'approve', id, '--yes')).toMatchObject({ code: 0 });
    expect(await whoCan()).not.toContain('alice');
  });

  test('refuses a plan that does not hold any more, says what has changed, and starts nothing', async () => {
    const bundle = await sealText(engine, 'stale');
    const digest = await digestOfPlan(bundle);
    await put(engine, 'dev', windowOf('inventory', xmas));
    try {
      const run = await promote(bundle, shortId(digest));
      expect(run).toMatchObject({ code: 6, stderr: expect.stringContaining('window inventory was put by dev') });
      expect(run.stderr).toContain(`next: lane plan ${shortId(bundle)} --to bronze`);
      expect(await countPromotions(bundle)).toBe(0);
      expect(await promote(bundle, await digestOfPlan(bundle))).toMatchObject({ code: 0 });
    } finally {
      await retire(engine, 'dev', { kind: 'window', name: 'inventory' });
    }
  });

  test('refuses a plan of another bundle, of another lane, of nothing, and of another schedule', async () => {
    const [bundle, other] = [await sealText(engine, 'mine'), await sealText(engine, 'not mine')];
    const digest = await digestOfPlan(other);
    expect((await promote(bundle, digest)).stderr).toContain(`it is a plan of bundle ${shortId(other)}`);
    expect((await promote(other, digest, 'silver')).stderr).toContain('it is a plan for lane bronze, not silver');
    expect((await promote(other, digestOf('no plan'))).stderr).toContain('it is not known here');
    expect((await promote(other, 'abcdef012345')).stderr).toContain('there is no plan abcdef012345');
    expect((await promote(other, digest, 'bronze', '--priority', 'low')).stderr).toContain('has priority low');
    expect(await promote(other, 'nonsense')).toMatchObject({ code: 2 });
    expect((await countPromotions(bundle)) + (await countPromotions(other))).toBe(0);
  });
});

describe('the kept content of plans', () => {
  test('is that of its tenant alone: a plan of another is not known, by its prefix or in full', async () => {
    const bundle = await sealText(engine, 'of a tenant');
    const [text, digest] = ['a plan of others', digestOf('a plan of others')];
    await asOwner(engine, "insert into tenants (id) values ('others')");
    await asOwner(engine, "insert into plans (tenant_id, digest, content) values ('others', $1, $2)", digest, text);
    expect((await promote(bundle, shortId(digest))).stderr).toContain('there is no plan');
    expect((await promote(bundle, digest)).stderr).toContain('it was never made for this tenant');
    expect(await countPromotions(bundle)).toBe(0);
  });

  test('gives words alone: a row that somebody forges makes no plan hold, and the words are not believed', async () => {
    const bundle = await sealText(engine, 'forged');
    const digest = await digestOfPlan(bundle);
    await put(engine, 'dev', windowOf('forged', xmas));
    try {
      const now = await digestOfPlan(bundle);
      await asOwner(engine, 'alter table plans drop constraint a_plan_is_named_by_its_content');
      await asOwner(engine, 'delete from plans where digest = $1', digest);
      await asOwner(
        engine,
        `insert into plans (tenant_id, digest, content) select tenant_id, $1, content from plans where digest = $2`,
        ...[digest, now],
      );
      const run = await promote(bundle, digest);
      expect(run).toMatchObject({ code: 6, stderr: expect.stringContaining('it is not known here') });
      const nonsense = '{"tenant":"default"}';
      await asOwner(engine, "insert into plans values ('default', $1, $2)", digestOf(nonsense), nonsense);
      expect((await promote(bundle, digestOf(nonsense))).stderr).toContain('it is not known here');
      expect(await countPromotions(bundle)).toBe(0);
    } finally {
      await retire(engine, 'dev', { kind: 'window', name: 'forged' });
    }
  });

  test('does not grow with a flood of plans: the oldest go', async () => {
    const bundle = await sealText(engine, 'flooded');
    await asOwner(
      engine,
      `insert into plans (tenant_id, digest, content, planned_at)
       select 'default', 'sha256:' || encode(sha256(convert_to(t, 'UTF8')), 'hex'), t, now() - interval '1 hour'
         from (select 'flood ' || n as t from generate_series(1, $1) n) texts`,
      maxPlans + 50,
    );
    const digest = await digestOfPlan(bundle);
    const [kept] = await rowsOf<{ count: number }>(engine, 'select count(*)::integer as count from plans');
    expect(kept?.count).toBeLessThanOrEqual(maxPlans);
    expect(await promote(bundle, digest)).toMatchObject({ code: 0 });
  });
});
