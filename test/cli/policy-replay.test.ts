import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { asOwner, inPhase } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { impossible, policyOf, scanned, testsPassed } from '../support/replay-policies.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  bundle = await sealText(engine, 'replayed');
  await inPhase(engine, 'bronze', bundle, 'LIVE');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** A file with this text. */
async function fileOf(text: string): Promise<string> {
  const path = join(await scratchFolder(), 'proposed.yaml');
  await writeFile(path, text);
  return path;
}

describe('lane policy replay', () => {
  test('shows which decisions a proposed policy would have changed and why, and is no failure unless one asks for it', async () => {
    const file = await fileOf(policyOf(testsPassed, impossible));
    const run = await api.lane('dev', 'policy', 'replay', file, '--lane', 'bronze');
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/[1-9]\d* decisions? replayed: [1-9]\d* would be blocked, 0 let through/),
    });
    expect(run.stdout).toMatch(/impossible +not there +… PENDING +lane == 'platinum' does not hold/);
    expect(await api.lane('dev', 'policy', 'replay', file, '--fail-on-change')).toMatchObject({ code: 3 });
    const unchanged = await api.lane('dev', 'policy', 'replay', file, '--lane', 'gold', '--fail-on-change');
    expect(unchanged).toMatchObject({ code: 0, stdout: 'no decision changes' });
  });

  test('prints every decision for machines, with what is not known', async () => {
    const file = await fileOf(policyOf(testsPassed, scanned));
    const found = await api.json('dev', 'policy', 'replay', file, '--product', 'shop', '--last', '1');
    expect(found).toMatchObject({
      kind: 'PolicyReplay',
      totals: { decisions: 1, unknown: 1 },
      changed: [
        {
          effect: 'UNKNOWN',
          product: 'shop',
          bundleDigest: bundle,
          gates: expect.arrayContaining([expect.objectContaining({ gateId: 'scanned', missing: ['sast-report'] })]),
        },
      ],
    });
  });

  test('without a file says whether decisions are as they were recorded, and else fails', async () => {
    const before = await api.lane('dev', 'policy', 'replay');
    expect(before).toMatchObject({ code: 0, stderr: expect.stringContaining('all as recorded') });
    const forge = (reason: string) =>
      asOwner(engine, "update gate_rounds set reason = $1 where outcome = 'PASS' and tenant_id = 'default'", reason);
    await forge('because');
    const run = await api.lane('dev', 'policy', 'replay');
    expect(run).toMatchObject({ code: 10, stdout: expect.stringContaining('"because"') });
    await forge('every gate passes');
  });

  test.each([
    ['a file that is not there', () => Promise.resolve(['nowhere.yaml']), 2, 'cannot be read'],
    ['an empty one', async () => [await fileOf(' \n')], 2, 'is empty'],
    ['one with mistakes', async () => [await fileOf('gates: [')], 1, 'proposed.yaml'],
    ['too many decisions', () => Promise.resolve(['--last', '10001']), 2, 'from 1 to 10000'],
    ['no instant', () => Promise.resolve(['--since', 'yesterday']), 2, 'RFC 3339'],
  ] as const)('refuses %s', async (_what, args, code, says) => {
    const run = await api.lane('dev', 'policy', 'replay', ...(await args()));
    expect(run).toMatchObject({ code, stderr: expect.stringContaining(says) });
  });
});
