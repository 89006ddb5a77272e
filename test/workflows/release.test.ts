import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { attestationsIn, bundleDigestOf, type Manifest, parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { enrolledKeys } from '../../store/identity/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  type ReleaseInput,
  type ReleaseResult,
  releaseStatusQuery,
  releaseWorkflowType,
} from '../../workflows/release/contract.js';
import { verifyStored } from '../support/bundle-folder.js';
import { cosignVerify } from '../support/cosign.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type Repository, repositoryOf, repositoryOfExample } from '../support/git-repository.js';
import { mutations } from '../support/mutations.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';
import { eventually, until } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 300_000);
afterAll(() => engine.close());

/** Starts a release as the Temporal command line does. */
async function start(input: unknown, workflowId: string): Promise<WorkflowHandle> {
  return engine.client.workflow.start(releaseWorkflowType, {
    workflowId,
    taskQueue: taskQueues.control,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

/** Releases a commit and waits until the release has ended. */
async function release(product: string, { folder, revision }: Repository): Promise<ReleaseResult> {
  const input: ReleaseInput = { tenant: 'default', product, revision, repository: folder };
  return (await (await start(input, workflowIds.release('default', product, revision))).result()) as ReleaseResult;
}

/** The type of the failure of a run. */
async function failureOf(handle: WorkflowHandle): Promise<unknown> {
  return handle.result().then(
    () => 'it did not fail',
    (error: unknown) =>
      error instanceof WorkflowFailedError && error.cause !== undefined && 'type' in error.cause
        ? error.cause.type
        : error,
  );
}

async function rows(sql: string, ...values: string[]): Promise<Record<string, unknown>[]> {
  return engine.database.transaction('default', (tx) => tx.query(sql, values));
}

async function manifestOf(bundle: Digest): Promise<Manifest> {
  return parseManifest((await engine.database.transaction('default', (tx) => requireBundle(tx, bundle))).manifest);
}

describe('releasing the example product', () => {
  let result: ReleaseResult;
  let manifest: Manifest;
  let keys: string[];
  let repository: Repository;
  beforeAll(async () => {
    repository = await repositoryOfExample(join(engine.dataDir, 'example'), 'agents-runtime');
    result = await release('agents-runtime', repository);
    manifest = await manifestOf(result.bundle!);
    keys = (await engine.database.transaction('default', enrolledKeys))
      .filter((key) => key.purpose === 'build')
      .map((key) => key.publicKeyPem);
  }, 300_000);

  test('ends with a bundle that names everything', () => {
    expect(result).toMatchObject({ state: 'SEALED', bundle: bundleDigestOf(manifest) });
    expect(manifest).toMatchObject({
      product: 'agents-runtime',
      source: { revision: repository.revision, author: { name: 'Ada Author', email: 'ada@example.com' } },
      images: [
        { service: 'agents', route: false, tests: { passed: 4 } },
        { service: 'web', route: true, tests: { passed: 3 } },
      ],
      sdks: [{ package: '@agents-runtime/client', version: '1.0.0' }],
      sdkManifests: [{ path: 'release/dist/typescript/manifest.json' }],
      methodology: { profile: 'scrum', increment: 'Sprint 12' },
      plan: { toolGrants: ['text.capitalize', 'text.compose', 'yaml.render'], metadata: { name: 'greet-visitor' } },
    });
  });

  test('leaves a manifest file that gives the same bundle when it is read back', async () => {
    const text = (await engine.blobs.get(result.manifestFile!)).toString();
    expect(bundleDigestOf(parseManifest(text))).toBe(result.bundle);
  });

  test('signs fifteen statements, each verified by stock cosign against the bytes that it is about', async () => {
    const attestations = attestationsIn(manifest);
    expect(attestations).toHaveLength(15);
    const folder = await scratchFolder();
    for (const { attestation, subject } of attestations) {
      const request = {
        folder,
        bundle: await engine.blobs.get(attestation.checksum),
        publicKeyPem: keys[0]!,
        predicateType: attestation.predicateType,
      };
      expect(await cosignVerify({ ...request, subject: await engine.blobs.get(subject) })).toContain('Verified OK');
    }
    const counts = await rows('select kind, count(*)::int as n from attestations group by kind order by kind');
    expect(counts.map(({ kind, n }) => `${String(kind)} ${String(n)}`).join(', ')).toBe(
      'commits 1, provenance 3, sbom-cyclonedx 3, sbom-spdx 3, signature 3, test-result 2',
    );
  });

  test.each(Object.entries(mutations))(
    'gives statements that are refused, here and by cosign, with another %s',
    async (_what, mutate) => {
      const folder = await scratchFolder();
      for (const { attestation, subject } of attestationsIn(manifest)) {
        const mutated = mutate({ bundle: await engine.blobs.get(attestation.checksum), publicKeyPem: keys[0]! });
        expect(() => verifyStatement(mutated.bundle, [mutated.publicKeyPem])).toThrow();
        await expect(
          cosignVerify({
            ...mutated,
            folder,
            predicateType: attestation.predicateType,
            subject: await engine.blobs.get(subject),
          }),
        ).rejects.toThrow();
      }
    },
  );

  test('gives a bundle that verifies offline, and one changed byte is found wherever it is', async () => {
    const bundle = { manifest, readBlob: (digest: Digest) => engine.blobs.get(digest), buildKeysPem: keys };
    expect((await verifyStored(bundle, result.bundle)).report.failures).toEqual([]);
    const { attestation } = attestationsIn(manifest)[0]!;
    const tampered = async (digest: Digest): Promise<Buffer> => {
      const bytes = await engine.blobs.get(digest);
      if (digest === attestation.checksum) bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      return bytes;
    };
    const { failures } = (await verifyStored({ ...bundle, readBlob: tampered }, result.bundle)).report;
    expect(failures.map(({ check, object, problem }) => [check, object, problem])).toEqual([
      ['file', 'commits of the source', 'wrong-digest'],
      ['signature', 'commits of the source', 'wrong-digest'],
    ]);
  });

  test('shows its steps', async () => {
    const status = await engine.client.workflow
      .getHandle(workflowIds.release('default', 'agents-runtime', repository.revision))
      .query(releaseStatusQuery);
    expect(status.state).toBe('SEALED');
    const ids =
      'fetch sign/commits build/agents build/web describe/agents describe/web pack/client describe/client qualify/agents qualify/web sign/agents sign/web sign/client seal';
    expect(status.steps.map((step) => `${step.id} ${step.state}`)).toEqual(ids.split(' ').map((id) => `${id} DONE`));
  });

  test('again gives the same bundle and does no work', async () => {
    expect(await release('agents-runtime', repository)).toMatchObject({
      state: 'ALREADY_SEALED',
      bundle: result.bundle,
    });
    expect(await rows('select id from attestations')).toHaveLength(15);
    expect(await rows("select id from releases where product = 'agents-runtime'")).toHaveLength(1);
  });

  test('leaves rows that cannot be changed or deleted afterwards', async () => {
    for (const sql of [
      "update bundles set subject = 'x'",
      'delete from bundles',
      "update artifacts set name = 'x'",
      'delete from attestations',
    ]) {
      await expect(rows(sql)).rejects.toThrow(/never changed|permission denied/);
    }
  });
});

describe('a release', () => {
  test('under another workflow id hands over to the canonical run and says which', async () => {
    const repository = await repositoryOf(join(await scratchFolder(), 'r'), smallProduct({ name: 'handed' }));
    const handle = await start(
      { product: 'handed', revision: repository.revision, repository: repository.folder },
      'release-by-hand',
    );
    const workflowId = workflowIds.release('default', 'handed', repository.revision);
    expect(await handle.result()).toMatchObject({ state: 'HANDED_OVER', handedOverTo: { workflowId, joined: false } });
    expect(await engine.client.workflow.getHandle(workflowId).result()).toMatchObject({ state: 'SEALED' });
  });

  test.each<[string, unknown]>([
    ['text instead of an object', 'hello'],
    ['an unknown field', { product: 'x', revision: 'a'.repeat(40), repository: '/x', command: 'rm' }],
    ['a branch as revision', { product: 'x', revision: 'main', repository: '/x' }],
    ['an option as repository', { product: 'x', revision: 'a'.repeat(40), repository: '--upload-pack=x' }],
    ['an invalid product name', { product: '../x', revision: 'a'.repeat(40), repository: '/x' }],
  ])('with %s fails at once and leaves no rows', async (what, input) => {
    expect(await failureOf(await start(input, `bad ${what}`))).toBe('INVALID_INPUT');
    expect(
      await rows("select id from releases where product = 'x' union select name from products where name = 'x'"),
    ).toEqual([]);
  });

  test.each([
    ['whose commit is unknown', {}, 'UNKNOWN_REVISION'],
    ['whose lanekeeper.yaml is invalid', { 'lanekeeper.yaml': 'kind: Product' }, 'INVALID_PRODUCT_FILE'],
  ])('%s fails and leaves no rows', async (_what, files, type) => {
    const repository = await repositoryOf(join(await scratchFolder(), 'r'), {
      ...smallProduct({ name: 'absent' }),
      ...files,
    });
    const revision = type === 'UNKNOWN_REVISION' ? 'f'.repeat(40) : repository.revision;
    const handle = await start(
      { product: 'absent', revision, repository: repository.folder },
      workflowIds.release('default', 'absent', revision),
    );
    expect(await failureOf(handle)).toBe(type);
    expect(
      await rows(
        "select id from releases where product = 'absent' union select name from products where name = 'absent'",
      ),
    ).toEqual([]);
  });

  test.each([
    ['build fails', { build: 'exit 1' }, 'BUILD_FAILED'],
    [
      'tests fail',
      { test: `printf '<testsuites><testcase name="a"><failure/></testcase></testsuites>' > "$JUNIT_FILE"` },
      'TESTS_FAILED',
    ],
  ])('whose %s ends as failed, without a bundle and without evidence', async (_what, change, type) => {
    const name = type.toLowerCase().replace('_', '-');
    const { folder, revision } = await repositoryOf(
      join(await scratchFolder(), 'r'),
      smallProduct({ ...change, name }),
    );
    const handle = await start(
      { product: name, revision, repository: folder },
      workflowIds.release('default', name, revision),
    );
    expect(await failureOf(handle)).toBe(type);
    expect(await rows('select state, bundle_digest, error from releases where product = $1', name)).toMatchObject([
      { state: 'FAILED', bundle_digest: null, error: { code: type } },
    ]);
    expect(await rows('select digest from bundles where product = $1', name)).toEqual([]);
    expect(await readdir(join(engine.dataDir, 'scratch'))).toEqual([]);
  });

  test('that is cancelled ends its build and reports the cancellation', async () => {
    const { folder, revision } = await repositoryOf(
      join(await scratchFolder(), 'r'),
      smallProduct({ build: 'sleep 300', name: 'cancelled' }),
    );
    const handle = await start(
      { product: 'cancelled', revision, repository: folder },
      workflowIds.release('default', 'cancelled', revision),
    );
    await until(
      async () =>
        (await handle.query(releaseStatusQuery)).steps.find((step) => step.id === 'build/web')?.state === 'RUNNING',
      'the build to run',
    );
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await rows("select state, error->>'code' as code from releases where product = 'cancelled'")).toEqual([
      { state: 'FAILED', code: 'CANCELLED' },
    ]);
    await eventually(async () => expect(await readdir(join(engine.dataDir, 'scratch'))).toEqual([]));
  });
});
