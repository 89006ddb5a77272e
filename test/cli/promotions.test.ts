import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
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

/** A bundle with everything that gold needs except approvals, and its promotion into gold. */
async function awaitingApproval(text: string): Promise<{ readonly bundle: Digest; readonly id: string }> {
  const bundle = await sealText(engine, text);
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'bronze', 'silver');
  const run = await api.lane('dev', 'promote', shortId(bundle), '--to', 'gold');
  expect(run).toMatchObject({ code: 0 });
  return { bundle, id: run.stdout };
}

/** The folder for `--out` files and the working folder of commands. */
const outFile = async (name: string): Promise<string> => join(await scratchFolder(), name);

describe('lane promote', () => {
  it('waits until the bundle is live, and shows it in status', async () => {
    const bundle = await sealText(engine, 'waiting');
    const mistaken = await api.lane('dev', 'promote', shortId(bundle), '--to', 'bronze', '--wait', '--timeout', 'abc');
    expect(mistaken).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--timeout abc is not a valid duration'),
    });
    expect((await api.lane('dev', 'get', 'promotions')).stdout).not.toContain(shortId(bundle));
    const run = await api.lane('dev', 'promote', shortId(bundle), '--to', 'bronze', '--wait', '--timeout', '30s');
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('VERIFYING → LIVE');
    expect((await api.lane('dev', 'status', 'shop')).stdout).toMatch(
      new RegExp(`bronze\\s+${shortId(bundle)}.*SERVING\\s+http://127.0.0.1:`),
    );
  });

  it('says what is missing, and exits with 7 when the wait times out', async () => {
    const bundle = await sealText(engine, 'missing');
    await engine.bringTo(bundle, 'bronze');
    const run = await api.lane('dev', 'promote', shortId(bundle), '--to', 'silver', '--timeout', '1s');
    expect(run.code).toBe(7);
    expect(run.stderr).toContain(`lane evidence attach ${shortId(bundle)} --kind preview-check`);
    expect(run.stderr).toMatch(/it continues\nnext: lane watch [0-9a-f]{12}$/);
    const plan = await api.lane('dev', 'plan', shortId(bundle), '--to', 'silver', '--exit-code');
    expect(plan.code).toBe(8);
    expect(plan.stdout).toContain('… PENDING  preview-check');
  });

  it('prints the temporal command, and the run that it starts accepts the signed request', async () => {
    const bundle = await sealText(engine, 'printed');
    const file = await outFile('input.json');
    const run = await api.lane('dev', 'promote', shortId(bundle), '--to', 'bronze', '--print', '--out', file);
    expect(run.stdout).toBe(
      `temporal workflow start --type promotion --task-queue lanekeeper-control --workflow-id promotion/default/shop/bronze/${bundle.slice(7)} ` +
        `--id-conflict-policy UseExisting --input-file ${file} --address ${engine.temporal.address} --namespace default`,
    );
    const input = JSON.parse(await readFile(file, 'utf8')) as Parameters<Engine['promote']>[0];
    const handle = await engine.promote(input);
    await engine.reached(handle, 'LIVE');
    expect((await api.lane('dev', 'get', 'decisions', '--promotion', handle.firstExecutionRunId)).stdout).toMatch(
      /request\s+dev\s+accepted/,
    );
  });
});

describe('lane approve', () => {
  it('shows the facts and needs --yes where nobody can be asked', async () => {
    const { bundle, id } = await awaitingApproval('asked');
    const run = await api.lane('alice', 'approve', shortId(id));
    expect(run.code).toBe(2);
    for (const part of [
      bundle,
      'Author <author@example.com>',
      'requester:  dev',
      'two-person-approval',
      'preview-check',
      'next: pass --yes',
    ])
      expect(run.stderr).toContain(part);
  });

  it('counts two people with two roles, by update and by signal, and not the requester', async () => {
    const { id } = await awaitingApproval('approved');
    expect(await api.lane('dev', 'approve', shortId(id), '--yes')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('SELF_APPROVAL') as unknown,
    });
    expect((await api.lane('alice', 'approvals')).stdout).toContain(shortId(id));
    expect(await api.lane('alice', 'approve', shortId(id), '--yes')).toMatchObject({ code: 0 });
    const file = await outFile('approve.json');
    const run = await api.lane('bob', 'approve', shortId(id), '--signal', '--out', file);
    expect(run.stdout).toMatch(
      /^temporal workflow signal --workflow-id promotion\/default\/shop\/gold\/[0-9a-f]{64} --name decision --input-file /,
    );
    const workflowId = run.stdout.split(' ')[4] ?? '';
    await engine.client.workflow.getHandle(workflowId).signal('decision', JSON.parse(await readFile(file, 'utf8')));
    expect((await api.lane('dev', 'watch', id, '--timeout', '30s')).code).toBe(0);
    expect((await api.lane('dev', 'why', id)).stdout).toContain('approve by dev refused (SELF_APPROVAL)');
    // What it ends with follows from why it is refused.
    expect(await api.lane('bob', 'approve', shortId(id), '--yes')).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('approve is not possible while the promotion is LIVE') as unknown,
    });
  });

  it('has the counterpart lane reject, which needs a reason and ends the promotion', async () => {
    const { id } = await awaitingApproval('rejected');
    expect(await api.lane('bob', 'reject', id, '--yes')).toMatchObject({
      code: 2,
      stderr: 'error: a rejection needs a reason\nnext: pass --comment TEXT',
    });
    expect((await api.lane('bob', 'reject', id, '--yes', '--comment', 'not yet')).code).toBe(0);
    expect((await api.lane('dev', 'watch', id)).code).toBe(3);
    expect((await api.lane('dev', 'abort', id, '--yes')).code).toBe(6);
  });
});

describe('lane watch', () => {
  it('stops at Ctrl-C, which ends nothing else, and says how to watch again', async () => {
    const { id } = await awaitingApproval('watched');
    const watching = await api.start('dev', 'watch', id);
    watching.interrupt();
    expect(await watching.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining(`\nPromotion ${shortId(id)} continues: lane watch ${shortId(id)}`),
    });
    const { items } = (await api.json('dev', 'get', 'promotions', '--open')) as {
      items: { id: string; state: string }[];
    };
    expect(items.find((each) => each.id === id)?.state).toBe('AWAITING_APPROVAL');
  });
});

describe('lane watch, when the API goes away', () => {
  it('waits for it to come back, and prints what happened meanwhile once', async () => {
    const { bundle, id } = await awaitingApproval('away');
    const watching = await api.start('dev', 'watch', id);
    const handle = engine.client.workflow.getHandle(`promotion/default/shop/gold/${bundle.slice(7)}`);
    await api.awayDuring(async () => {
      for (const person of ['alice', 'bob'])
        await handle.signal(
          'decision',
          await engine.sign(person, { verb: 'approve', lane: 'gold', bundle, promotionId: id }),
        );
    });
    const run = await watching.ended;
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('LIVE') as unknown });
    expect(run.stdout.match(/approve recorded/g)).toHaveLength(2);
    expect(run.stdout.match(/promotion requested/g)).toHaveLength(1);
  });
});

describe('lane rollback', () => {
  it('brings back what was live before, given a reason and the role for it', async () => {
    const bundles = [await sealText(engine, 'roll 1'), await sealText(engine, 'roll 2')];
    for (const bundle of bundles) await engine.bringTo(bundle, 'bronze');
    expect((await api.lane('dev', 'rollback', 'shop', '--lane', 'bronze', '--yes')).stderr).toContain(
      'a rollback needs a reason',
    );
    const run = await api.lane('dev', 'rollback', 'shop', '--lane', 'bronze', '--reason', 'wrong', '--yes', '--wait');
    expect(run.code).toBe(0);
    expect(await engine.answerOf('bronze')).toContain('roll 1');
    expect(await api.lane('bob', 'rollback', 'shop', '--lane', 'bronze', '--reason', 'x', '--yes')).toMatchObject({
      code: 4,
    });
  });
});

describe('lane actions', () => {
  it('lists what one may do about a promotion, with the command, and why not the rest', async () => {
    const { id } = await awaitingApproval('actions');
    const alice = await api.lane('alice', 'actions', id);
    expect(alice.stdout).toMatch(/^✓ +approve +lane approve [0-9a-f]{12}$/m);
    const dev = await api.lane('dev', 'actions', id);
    expect(dev.stdout).toMatch(/^– +approve +dev requested this promotion and cannot approve it$/m);
  });

  it('lists into which lanes one may promote a bundle, and which lanes one may roll back', async () => {
    const { bundle } = await awaitingApproval('actions with a bundle');
    const { stdout } = await api.lane('dev', 'actions', '--bundle', bundle);
    expect(stdout).toMatch(/^– +request +silver +[0-9a-f]{12} +it is live there$/m);
    const product = await api.json('dev', 'actions', '--product', 'shop');
    expect(product).toMatchObject({ kind: 'LaneActionList' });
    expect((await api.lane('dev', 'actions')).code).toBe(2);
    expect((await api.lane('dev', 'actions', bundle, '--product', 'shop')).code).toBe(2);
  });
});

describe('lane get', () => {
  it('shows the policy that a promotion is measured against, and where each value comes from', async () => {
    const { id } = await awaitingApproval('policy');
    const { stdout } = await api.lane('dev', 'get', 'policy', '--promotion', id);
    expect(stdout).toMatch(/^two-person-approval\s+type\s+"APPROVAL"\s+policy\/default@1:\d+$/m);
    expect(stdout).toMatch(/^\s+approvals\.count\s+2\s+policy\/default@1:\d+$/m);
    expect(stdout).toMatch(/^\s+severity\s+"BLOCKING"\s+default$/m);
    expect(await api.json('dev', 'get', 'policy', '--promotion', id)).toMatchObject({
      kind: 'PolicySnapshot',
      policy: { name: 'default' },
    });
    const without = await api.lane('dev', 'get', 'policy');
    expect(without.stderr).toContain('lane get policy --promotion PROMOTION');
  });

  it('shows the policies in force for a product, with the digest that a promotion requested now pins', async () => {
    const { id } = await awaitingApproval('in force');
    const { policyDigest } = (await api.clients('dev').promotions.getPromotion({ promotionId: id })).promotion!;
    const gold = await api.lane('dev', 'get', 'policy', '--product', 'shop', '--lane', 'gold');
    expect(gold.stdout).toContain(policyDigest);
    expect(gold.stdout).toMatch(/^for: +rollbacks$/m);
    expect(gold.stdout).toMatch(/^for: +hotfixes$/m);
    expect(gold.stdout).toMatch(/^two-person-approval\s+type\s+"APPROVAL"\s+policy\/default@1:\d+$/m);
    const all = await api.json('dev', 'get', 'policy', '--product', 'shop');
    expect(all['items']).toHaveLength(9);
    expect(await api.lane('dev', 'get', 'policy', '--product', 'nothing')).toMatchObject({ code: 5 });
  });

  it('lists the lanes that a text names, or where something is on its way', async () => {
    await awaitingApproval('listed');
    expect((await api.lane('dev', 'get', 'lanes', '--filter', 'sho', '--waiting')).stdout).toMatch(/^shop +bronze/m);
    expect((await api.lane('dev', 'get', 'lanes', '--filter', 'nothing')).stdout).toBe('no product matches');
  });

  it('lists releases, newest first, with where each stands', async () => {
    await sealText(engine, 'released');
    const [row] = await rowsOf<{ id: string; revision: string }>(
      engine,
      'select id, revision from releases order by created_at desc limit 1',
    );
    const { stdout } = await api.lane('dev', 'get', 'releases', '--product', 'shop');
    expect(stdout.split('\n')[1]).toMatch(
      new RegExp(`^${shortId(row!.id)}\\s+shop\\s+${row!.revision.slice(0, 10)}\\s+RUNNING\\s+`),
    );
    expect((await api.lane('dev', 'get', 'releases', '--product', 'nothing')).stdout).toContain('lane release');
  });
});

describe('lane policy explain', () => {
  it('says what each gate asks for, and from which line of which version each value comes', async () => {
    await sealText(engine, 'explained rules');
    const { code, stdout } = await api.lane('dev', 'policy', 'explain', 'shop', '--lane', 'gold');
    expect(code).toBe(0);
    expect(stdout).toContain('profile:     none, which is the default');
    expect(stdout).toContain('read:        policy/default@1, definition/default@1');
    expect(stdout).toContain('approvals: 2 of product-owner, qa, release-manager, each of a different role');
    expect(stdout).toMatch(/evidence\.maxAge +"24h" +policy\/default@1:\d+/);
    const back = await api.lane('dev', 'policy', 'explain', 'shop', '--lane', 'gold', '--kind', 'rollback');
    expect(back.stdout).toContain('rollback-right');
    expect(back.stdout).not.toContain('two-person-approval');
  });

  it('says what the rules have read about a bundle, which a plan alone does not', async () => {
    const bundle = await sealText(engine, 'explained verdicts');
    const { code, stdout } = await api.lane('dev', 'policy', 'explain', '--bundle', shortId(bundle), '--to', 'silver');
    expect(code).toBe(0);
    expect(stdout).toContain('rule: … PENDING, lanes.bronze.wasLive does not hold\n    lanes.bronze.wasLive = false');
    expect(stdout).toContain('evidence[0].result = "PASSED"');
    const plan = await api.lane('dev', 'plan', shortId(bundle), '--to', 'silver', '-o', 'json');
    expect(plan.stdout).toContain('lanes.bronze.wasLive does not hold');
    expect([...new Set(plan.stdout.match(/"reads": .*/g))]).toEqual(['"reads": []']);
  });
});
