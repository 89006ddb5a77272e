import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseCommitKey } from '../../core/identity/commit-key.js';
import { enrolCommitKey } from '../../store/identity/commit-keys.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { AuthoredProduct, enrol, peoplePolicy, policyFolder, signedPolicy } from '../support/authorship-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { scratchFolder } from '../support/scratch.js';

let engine: Engine;
let policiesDir: string;
beforeAll(async () => {
  policiesDir = await policyFolder({ default: peoplePolicy, signed: signedPolicy });
  engine = await startEngine({ policiesDir });
  for (const name of ['ada', 'zoe']) await enrol(engine, name, 'human');
  await enrol(engine, 'web-flow', 'service');
  await enrol(engine, 'coder', 'agent');
}, 300_000);
afterAll(async () => {
  await engine.close();
  await rm(policiesDir, { recursive: true, force: true });
});

describe('a product with an ordinary history', () => {
  let product: AuthoredProduct;
  beforeAll(async () => {
    product = await AuthoredProduct.create(engine, 'ordinary', 'ada');
    await product.goLive();
  }, 300_000);

  test('goes live again after several authors and a merge by a web flow, approved by none of them', async () => {
    await product.commit('bob');
    await product.git('zoe', 'switch', '--quiet', '--create', 'feature');
    await product.commit('zoe');
    await product.git('zoe', 'switch', '--quiet', 'main');
    await product.commit('ada');
    await product.git('web-flow', 'merge', '--quiet', '--no-ff', '--no-edit', 'feature');
    await product.git('ada', 'commit', '--quiet', '--amend', '--no-edit', '--author', 'ada <ada@example.com>');
    const bundle = await product.release();
    const handle = await product.request(bundle);
    await engine.reached(handle, 'AWAITING_APPROVAL');
    expect(await product.approve(handle, bundle, 'bob')).toMatchObject({
      text: expect.stringContaining('SELF_APPROVAL'),
    });
    expect(await product.approve(handle, bundle, 'alice')).toMatchObject({ accepted: true });
    await engine.reached(handle, 'LIVE');
  });

  test('goes live again after a rebase', async () => {
    await product.git('zoe', 'reset', '--quiet', '--hard', 'HEAD~1');
    await product.commit('zoe');
    await product.goLive();
  });

  test('does not count who wrote what is live already', async () => {
    await product.commit('zoe');
    await product.goLive('bob');
  });

  test('does not let the author of what was taken back approve an older bundle that still has it', async () => {
    await product.commit('bob');
    const taken = await product.git('bob', 'rev-parse', 'HEAD');
    await product.commit('zoe');
    const older = await product.release();
    await product.git('ada', 'revert', '--no-edit', taken);
    await product.goLive();
    const handle = await product.request(older);
    await engine.reached(handle, 'AWAITING_APPROVAL');
    expect(await product.approve(handle, older, 'bob')).toMatchObject({
      text: expect.stringContaining('SELF_APPROVAL'),
    });
    await handle.terminate();
  });

  test('waits when a bundle has no ancestor in common with what is live', async () => {
    await product.git('zoe', 'switch', '--quiet', '--orphan', 'unrelated');
    await product.git('zoe', 'restore', '--source', 'main', '.');
    await product.commit('zoe');
    const handle = await product.request(await product.release());
    expect(await engine.reached(handle, 'GATING')).toContain('no ancestor in common');
    await product.git('zoe', 'switch', '--quiet', '--force', 'main');
  });
});

test('an address that belongs to nobody holds the approvals until it is linked, once', async () => {
  const product = await AuthoredProduct.create(engine, 'unknown', 'stranger');
  const bundle = await product.release();
  const handle = await product.request(bundle);
  expect(await engine.reached(handle, 'GATING')).toContain('stranger@example.com');
  await engine.database.transaction('default', (tx) =>
    linkAddress(tx, { address: 'Stranger@example.com', principal: 'bob', by: 'bob' }),
  );
  await engine.reached(handle, 'AWAITING_APPROVAL');
  expect(await product.approve(handle, bundle, 'bob')).toMatchObject({
    text: expect.stringContaining('SELF_APPROVAL'),
  });
  await product.approve(handle, bundle, 'alice');
  await engine.reached(handle, 'LIVE');
  await product.commit('stranger');
  await product.goLive();
}, 300_000);

test('an empty address can be linked like any other', async () => {
  const product = await AuthoredProduct.create(engine, 'empty-address', 'ada');
  await product.git('ada', 'commit', '--quiet', '--allow-empty', '--message', 'x', '--author', 'Nobody <>');
  const handle = await product.request(await product.release());
  expect(await engine.reached(handle, 'GATING')).toContain('<> in the commits of this bundle');
  await engine.database.transaction('default', (tx) => linkAddress(tx, { address: '<>', principal: 'zoe', by: 'zoe' }));
  await engine.reached(handle, 'AWAITING_APPROVAL');
  await handle.terminate();
}, 300_000);

test('a release that could not list all of its commits holds its own bundle, and none that is released after it', async () => {
  const product = await AuthoredProduct.create(engine, 'shallow', 'ada');
  await product.goLive();
  await product.commit('bob');
  await product.commit('ada');
  const shallow = join(product.folder, '.git', 'shallow');
  await writeFile(shallow, `${await product.git('ada', 'rev-parse', 'HEAD')}\n`);
  const handle = await product.request(await product.release());
  expect(await engine.reached(handle, 'GATING')).toContain('the signed lists of commits end at');
  await rm(shallow);
  await product.commit('zoe');
  const bundle = await product.release();
  const next = await product.request(bundle);
  await engine.reached(next, 'AWAITING_APPROVAL');
  expect(await product.approve(next, bundle, 'bob')).toMatchObject({ text: expect.stringContaining('SELF_APPROVAL') });
  await product.approve(next, bundle, 'alice');
  await engine.reached(next, 'LIVE');
}, 300_000);

test('a bundle with commits of an agent needs as many humans as the policy says', async () => {
  const product = await AuthoredProduct.create(engine, 'written-by-agents', 'ada');
  await product.goLive();
  await product.commit('coder');
  await product.commit('ada');
  const bundle = await product.release();
  const handle = await product.request(bundle);
  await engine.reached(handle, 'AWAITING_APPROVAL');
  await product.approve(handle, bundle, 'alice');
  expect(await engine.reached(handle, 'AWAITING_APPROVAL')).toContain('because agents wrote');
  await product.approve(handle, bundle, 'bob');
  await engine.reached(handle, 'LIVE');
}, 300_000);

test('a gate that requires signed commits takes those of enrolled keys alone', async () => {
  const product = await AuthoredProduct.create(engine, 'signed', 'ada');
  const unsigned = await product.request(await product.release());
  expect(await engine.reached(unsigned, 'GATING')).toContain('is not signed');
  const key = join(await scratchFolder(), 'key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'zoe', '-f', key]);
  const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`, '-c', 'commit.gpgSign=true'];
  await product.commit('zoe', 'zoe', ...signing);
  const bundle = await product.release();
  const handle = await product.request(bundle);
  expect(await engine.reached(handle, 'GATING')).toContain('a key that is not enrolled');
  const { stdout } = await execa('ssh-keygen', ['-y', '-f', key]);
  await engine.database.transaction('default', (tx) =>
    enrolCommitKey(tx, { ...parseCommitKey(stdout), principal: 'zoe', by: 'carol' }),
  );
  await engine.reached(handle, 'AWAITING_APPROVAL');
  await product.approve(handle, bundle, 'alice');
  await engine.reached(handle, 'LIVE');
}, 300_000);
