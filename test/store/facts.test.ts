import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import { evaluateGates } from '../../core/policy/evaluate.js';
import { takeApart } from '../../core/policy/fact-sheet.js';
import { openPage } from '../../core/policy/decision-page.js';
import type { EvidenceFact, PolicyFacts } from '../../core/policy/facts.js';
import { scopeOf } from '../../core/policy/read-scope.js';
import { replay } from '../../core/policy/replay.js';
import { wantedBy } from '../../core/policy/wanted.js';
import { readDecisions } from '../../store/policy/decisions.js';
import { readFactContents } from '../../store/policy/facts.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { recordRound } from '../../store/policy/write.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { onTestFinished } from '../support/clean-up.js';
import { LaneScene } from '../support/lane-scene.js';
import { evidence, facts } from '../support/policy-facts.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
let admin: pg.Client;
beforeAll(async () => {
  scene = await LaneScene.start();
  admin = new pg.Client({ connectionString: scene.cluster.adminUrl });
  await admin.connect();
  await admin.query("insert into tenants (id) values ('other')");
});
afterAll(async () => {
  await admin.end();
  await scene.close();
});

/** A promotion of a product of its own that waits for evidence. */
async function waiting(product: string): Promise<StoredPromotion> {
  const bundle = await sealText(scene, product, { product });
  const { promotionId } = await scene.open({ product, lane: 'bronze', bundle });
  return scene.promotion(promotionId);
}

/** A test result as facts have it, with a subject of its own. */
function testResult(index: number): EvidenceFact {
  const url = `http://127.0.0.1:4100/preview/${String(index)}`;
  return evidence({
    id: crypto.randomUUID(),
    checksum: digestOf(`checksum ${String(index)}`),
    subjects: [digestOf(`subject ${String(index)}`)],
    testedAt: '2026-03-01T10:59:00.000Z',
    attributes: { result: 'PASSED', passed: 41, failed: 0, skipped: 1, url, testedAt: '2026-03-01T10:59:00.000Z' },
  });
}

/** Records another round of a promotion, over facts with this evidence. */
async function record({ id }: StoredPromotion, seen: readonly EvidenceFact[], changes: Partial<PolicyFacts> = {}) {
  const promotion = await scene.promotion(id);
  const { policyDigest } = promotion;
  await scene.in(async (tx) => {
    const snapshot = await requireSnapshot(tx, policyDigest);
    const { product, lane, kind } = promotion;
    const round = facts({ product, lane, kind, promotionId: id, policyDigest, evidence: seen, ...changes });
    const at = scene.deps.now();
    const sheet = takeApart({ facts: round, read: scopeOf(wantedBy(snapshot)) });
    const evaluation = evaluateGates(snapshot, round, at);
    const number = promotion.gateRound + 1;
    await recordRound(tx, id, { number, policyDigest, evaluation, sheet, fencingToken: undefined, at });
  });
}

async function sizeOfRounds(): Promise<number> {
  const { rows } = await admin.query<{ size: string }>(
    `select sum(pg_total_relation_size(t::regclass)) as size
       from unnest(array['facts', 'gate_rounds', 'check_runs']) as t`,
  );
  return Number(rows[0]?.size);
}

describe('the facts of rounds', () => {
  test('of a hundred rounds over 1,500 attestations take less than 10 MB', async () => {
    const promotion = await waiting('large');
    const before = await sizeOfRounds();
    const seen = Array.from({ length: 1_500 }, (_, index) => testResult(index));
    for (let round = 0; round < 100; round += 1) await record(promotion, [...seen, testResult(1_500 + round)]);
    const added = (await sizeOfRounds()) - before;
    expect(added).toBeGreaterThan(100 * 1_500 * 32);
    expect(added).toBeLessThan(10 * 1024 * 1024);
  });

  test('are read again as they were, each decision of a page evaluated to what was recorded', async () => {
    const promotion = await waiting('read-again');
    for (const count of [0, 1, 2])
      await record(
        promotion,
        Array.from({ length: count }, (_, at) => testResult(at)),
      );
    const { page, next } = await scene.in((tx) => readDecisions(tx, { product: 'read-again' }, { size: 10 }));
    const opened = [...openPage(page)];
    expect(next).toBeUndefined();
    expect(opened.map(({ about }) => about.round)).toEqual([4, 3, 2, 1]);
    expect(opened.map((decision) => decision.facts.evidence.length).slice(0, 3)).toEqual([2, 1, 0]);
    expect(opened.map(replay)).toEqual([[], [], [], []]);
  });

  test('that were changed in the database are refused, and so are those that are missing', async () => {
    const promotion = await waiting('changed');
    await record(promotion, [testResult(1)]);
    const all = async () => scene.in((tx) => readDecisions(tx, { product: 'changed' }, { size: 10 }));
    await expect(all()).resolves.toBeDefined();
    // Whoever owns the database can do this, and no process of the product.
    await admin.query('alter table facts disable trigger facts_are_immutable');
    await admin.query('alter table facts drop constraint facts_are_named_by_their_content');
    onTestFinished(async () => {
      await admin.query('alter table facts enable trigger facts_are_immutable');
      await admin.query(
        `alter table facts add constraint facts_are_named_by_their_content
           check (digest = sha256(convert_to(content, 'UTF8'))) not valid`,
      );
    });
    const forged = `update facts set content = replace(content, 'PASSED', 'FAILED') where content like '%"part":"evidence"%PASSED%'`;
    await admin.query(forged);
    await expect(all()).rejects.toMatchObject({ code: 'BUNDLE_CORRUPT', message: 'a stored fact was changed' });
    await admin.query(`delete from facts where content like '%"part":"evidence"%'`);
    await expect(all()).rejects.toMatchObject({ code: 'BUNDLE_CORRUPT', message: 'a stored fact is missing' });
  });

  test('cannot be stored under another name, nor changed, nor taken away', async () => {
    const name = Buffer.from('00'.repeat(32), 'hex');
    await expect(
      scene.rows("insert into facts (tenant_id, digest, content) values ('default', $1, '{}')", name),
    ).rejects.toThrow('facts_are_named_by_their_content');
    for (const change of ["update facts set content = '{}'", 'delete from facts', 'truncate facts cascade'])
      await expect(admin.query(change)).rejects.toThrow();
  });

  test('of one tenant are nothing that another can read or stand on', async () => {
    const promotion = await waiting('ours');
    await record(promotion, [testResult(7)]);
    const [row] = await scene.rows<{ digest: Buffer }>('select digest from facts limit 1');
    const digest = `sha256:${row?.digest.toString('hex') ?? ''}` as const;
    await expect(scene.database.transaction('other', (tx) => readFactContents(tx, [digest]))).rejects.toMatchObject({
      code: 'BUNDLE_CORRUPT',
      message: 'a stored fact is missing',
    });
    const theirs = await scene.database.transaction('other', (tx) => readDecisions(tx, {}, { size: 10 }));
    expect(theirs).toEqual({ page: { decisions: [], snapshots: [], facts: [] } });
  });
});

describe('decisions', () => {
  test('are listed newest first, page by page, each once, by product, lane and time', async () => {
    const promotion = await waiting('pages');
    for (let count = 0; count < 6; count += 1) await record(promotion, []);
    const rounds: number[] = [];
    let after: Awaited<ReturnType<typeof readDecisions>>['next'];
    do {
      const from = after;
      const found = await scene.in((tx) => readDecisions(tx, { product: 'pages' }, { after: from, size: 3 }));
      rounds.push(...found.page.decisions.map(({ round }) => round));
      after = found.next;
    } while (after !== undefined);
    expect(rounds).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const none = async (filter: Parameters<typeof readDecisions>[1]) =>
      (await scene.in((tx) => readDecisions(tx, filter, { size: 10 }))).page.decisions;
    expect(await none({ product: 'pages', lane: 'gold' })).toEqual([]);
    expect(await none({ product: 'pages', since: new Date(Date.now() + 60_000) })).toEqual([]);
    expect((await none({ product: 'pages', lane: 'bronze', since: new Date(0) })).length).toBe(7);
  });
});
