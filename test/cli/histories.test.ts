import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { downloadBlob } from '../../apps/cli/blob/download.js';
import type { Clients } from '../../apps/cli/connection/clients.js';
import { hexOf } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import { laneShapes } from '../replay/lane-shapes.js';
import { productOf } from '../replay/promotion-shapes.js';
import { releaseShapes } from '../replay/release-shapes.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { closedRunsOf, historiesOf, type HistoryRow, keeperOn, replayKept } from '../support/histories.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
/** The promotion that was superseded, the one that is live, and a release. */
let ended: PromotionHandle;
let live: PromotionHandle;
let release: string;
let kept: HistoryRow;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  const shop = productOf(engine, 'small');
  ended = await shop.live('bronze', await shop.seal('one'));
  live = await shop.live('bronze', await shop.seal('two'));
  await ended.result();
  release = (await releaseShapes['sealed']!(engine, 'released')).workflowId;
  const lane = (await laneShapes['holder-terminated']!(engine, 'contended')).workflowId;
  await engine.client.workflow.getHandle(lane).terminate('to be kept');
  for (const workflowId of [ended.workflowId, release, lane])
    await until(async () => (await closedRunsOf(engine.client, workflowId)).length > 0, `${workflowId} to be closed`);
  const keeper = await keeperOn(engine);
  await keeper.look();
  await keeper.stop();
  kept = (await historiesOf(engine, ended.workflowId))[0]!;
});

afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const recordOf = async (handle: PromotionHandle): Promise<string> => shortId(await engine.recordOf(handle));

describe('lane get histories', () => {
  it('lists those of a promotion, a release and a lane, for people and machines', async () => {
    const promotion = ['--promotion', await recordOf(ended)];
    const { stdout } = await api.lane('dev', 'get', 'histories', ...promotion);
    expect(stdout).toMatch(new RegExp(`${shortId(kept.run_id)}\\s+KEPT\\s+COMPLETED.*${shortId(kept.digest!)}`));
    const [{ id }] = (await rowsOf<{ id: string }>(engine, "select id from releases where product = 'released'")) as [
      { id: string },
    ];
    const asked = {
      promotion: [promotion, { workflowType: 'promotion', runId: kept.run_id, digest: kept.digest, lane: 'bronze' }],
      release: [['--release', id], { workflowType: 'release', releaseId: id, state: 'KEPT' }],
      lane: [
        ['--product', 'contended', '--lane', 'bronze'],
        { workflowType: 'lane', workflowId: 'lane/default/contended/bronze', status: 'TERMINATED' },
      ],
    } as const;
    for (const [options, item] of Object.values(asked))
      expect(await api.json('dev', 'get', 'histories', ...options)).toMatchObject({
        kind: 'RunHistoryList',
        items: [item],
      });
  });

  it('shows that the history of a run that is open is awaited, and needs to know whose', async () => {
    const { stdout } = await api.lane('dev', 'get', 'histories', '--promotion', await recordOf(live));
    expect(stdout).toMatch(new RegExp(`${shortId(live.firstExecutionRunId)}\\s+AWAITED`));
    expect((await api.lane('dev', 'get', 'histories', '--product', 'small')).code).toBe(2);
  });
});

describe('lane history download', () => {
  it('writes the history into a file that replays, and overwrites none', async () => {
    const out = join(await scratchFolder(), 'history.json');
    const download = ['history', 'download', shortId(kept.run_id), '--out', out] as const;
    expect(await api.json('dev', ...download)).toMatchObject({ digest: kept.digest, events: kept.events, file: out });
    const bytes = await readFile(out);
    expect(digestOf(bytes)).toBe(kept.digest);
    await replayKept(bytes, ended.workflowId);
    expect((await api.lane('dev', ...download)).code).toBe(2);
  });

  it('says why there is none of a run that is open, or that nobody knows', async () => {
    const run = await api.lane('dev', 'history', 'download', live.firstExecutionRunId);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('the run has not closed')]);
    expect((await api.lane('dev', 'history', 'download', '01900000-0000-7000-8000-000000000000')).code).toBe(5);
  });

  it('refuses what was changed in the content store, and leaves no file', async () => {
    const [row] = await historiesOf(engine, release);
    const blob = join(engine.dataDir, 'blobs', 'sha256', hexOf(row!.digest!));
    await writeFile(blob, (await readFile(blob, 'utf8')).replace('EVENT_TYPE_TIMER', 'EVENT_TYPE_OTHER') + ' ');
    const out = join(await scratchFolder(), 'changed.json');
    expect((await api.lane('dev', 'history', 'download', row!.run_id, '--out', out)).code).toBe(10);
    expect(existsSync(out)).toBe(false);
  });
});

it('what an API sends in place of a blob is refused, and leaves no file', async () => {
  async function* lie() {
    yield await Promise.resolve({ chunk: Buffer.from('{"events":[]}') });
  }
  const liar = { bundles: { getBlob: lie } } as unknown as Clients;
  const out = join(await scratchFolder(), 'lie.json');
  await expect(downloadBlob(liar, kept.digest!, out)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
});
