import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decideUpdate, statusQuery } from '../../workflows/promotion/contract.js';
import { type Engine, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';

let policiesDir: string;
let engine: Engine;
beforeAll(async () => {
  policiesDir = await mkdtemp(join(tmpdir(), 'lanekeeper-policies-'));
  await copyFile(join(import.meta.dirname, '../../policies/default.yaml'), join(policiesDir, 'default.yaml'));
  engine = await startEngine({ policiesDir });
});
afterAll(async () => {
  await engine.close();
  await rm(policiesDir, { recursive: true, force: true });
});

test('an edit of a policy is shown, changes nothing for promotions that wait, and applies to those requested later', async () => {
  const bundle = await sealText(engine, 'before the edit');
  await engine.bringTo(bundle, 'bronze');
  const before = await engine.promote({ lane: 'silver', bundle });
  await engine.reached(before, 'GATING');
  const { policyDigest } = await before.query(statusQuery);
  const path = join(policiesDir, 'default.yaml');
  const policy = await readFile(path, 'utf8');
  await writeFile(path, policy.replace('roles: [developer, qa, release-manager]', 'roles: [qa]'));
  await before.signal('changed');
  await engine.reached(before, 'GATING');
  const other = await sealText(engine, 'after the edit');
  await engine.bringTo(other, 'bronze');
  const after = await engine.promote({ lane: 'silver', bundle: other });
  await engine.reached(after, 'GATING');
  expect((await after.query(statusQuery)).policyDigest).not.toBe(policyDigest);
  const { notices } = await before.query(statusQuery);
  expect(notices).toMatchObject([
    {
      notice: 'policy-edited',
      holds: false,
      explanation: expect.stringContaining('keeps the gates it was requested under'),
    },
  ]);
  await attachPreviewCheck(engine, bundle);
  await engine.reached(before, 'LIVE');
  await attachPreviewCheck(engine, other);
  expect(await engine.reached(after, 'GATING')).toContain('preview-check');
  expect((await before.query(statusQuery)).policyDigest).toBe(policyDigest);
});

test('whoever starts a run without a signed request does not choose the policy of the person who requests it later', async () => {
  const bundle = await sealText(engine, 'started by anybody');
  await engine.bringTo(bundle, 'bronze');
  const handle = await engine.promote({ lane: 'silver', bundle });
  await engine.reached(handle, 'GATING');
  const { policyDigest } = await handle.query(statusQuery);
  const path = join(policiesDir, 'default.yaml');
  await writeFile(path, (await readFile(path, 'utf8')).replace('maxAge: 24h', 'maxAge: 23h'));
  const request = await engine.sign('dev', { verb: 'request', lane: 'silver', bundle });
  expect(await handle.executeUpdate(decideUpdate, { args: [{ statement: request }] })).toMatchObject({
    accepted: true,
  });
  const now = await handle.query(statusQuery);
  expect(now.policyDigest).not.toBe(policyDigest);
  expect(now.openGates.map((gate) => gate.gate)).toEqual(['preview-check']);
});
