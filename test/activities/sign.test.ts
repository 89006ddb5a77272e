import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { createSignActivities, type SignDeps } from '../../activities/release/sign-activities.js';
import type { SignActivities, SignedStatement } from '../../activities/release/types.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type ProvenanceInput, provenanceStatement } from '../../core/evidence/provenance.js';
import { statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import { type Database, openDatabase } from '../../store/database.js';
import { registerProduct } from '../../store/product/write.js';
import { endRelease, startRelease } from '../../store/release/write.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { openStores } from '../support/blobs.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { heldBlobs } from '../support/faults/held-blobs.js';
import { heldDatabase } from '../support/faults/held-database.js';
import type { Hold } from '../support/faults/hold.js';
import { imageOf, textService } from '../support/lane-fixture.js';
import { clientOf, type DescribedRun } from '../support/own-run.js';
import { scratchFolder } from '../support/scratch.js';
import { signerOf } from '../support/sealed-bundle.js';

let cluster: EmbeddedCluster;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  database = openDatabase({ url: cluster.databaseUrl, maxConnections: 8 });
}, 300_000);
afterAll(async () => {
  await database.close();
  await cluster.close();
});

const revision = 'a'.repeat(40);
const workflowId = workflowIds.release('default', 'shop', revision);
const repository = '/shop';
const tree = 'e'.repeat(40);

let folder: string;
let blobs: ContentStore;
let deps: SignDeps;
let image: Digest;
let releaseId: string;
let input: Input;
beforeEach(async () => {
  folder = await scratchFolder();
  const stores = openStores(folder, database);
  blobs = stores.of('default');
  releaseId = crypto.randomUUID();
  deps = {
    blobs: stores,
    database,
    environment: childEnvironment(process.env),
    signer: await signerOf(cluster.dataDir, 'keys', 'build'),
    client: clientOf({ firstRunId: releaseId }),
  };
  image = (await imageOf(blobs, 'web', textService(folder))).imageDigest;
  input = { statement: await stored(predicateTypes.signature, {}) };
  await database.transaction('default', async (tx) => {
    await registerProduct(tx, { name: 'shop', repository });
    await startRelease(tx, { id: releaseId, workflowId, product: 'shop', revision, repository, tree });
  });
});

type Input = Parameters<SignActivities['signStatement']>[0];

/** A statement about the image, in the content store. */
function stored(type: string, predicate: object, subject = [subjectOf('web', image)]): Promise<Digest> {
  return blobs.put(statementBytes(statementOf(type, subject, predicate)));
}

/** What our build states about the image. */
function provenance(change: Partial<ProvenanceInput> = {}): Promise<Digest> {
  const at = '2026-03-01T09:00:00.000Z';
  const statement = provenanceStatement({
    ...{
      subject: subjectOf('web', image),
      repository,
      revision,
      tree,
      service: 'web',
      commands: [],
      nodeVersion: 'v20',
    },
    ...{ invocationId: `${workflowId}/${releaseId}`, startedOn: at, finishedOn: at, ...change },
  });
  return blobs.put(statementBytes(statement));
}

/** Signs as an activity of a run. */
function sign(value: unknown = input, with_: SignDeps = deps, from = workflowId): Promise<SignedStatement> {
  const info = { workflowExecution: { workflowId: from, runId: 'this-run' }, workflowType: 'release' };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run(createSignActivities(with_).signStatement, value as Input);
}

/** The ports of signing, which call `hold` once the signature is stored, and once it is registered. */
function held(hold: Hold): Pick<SignDeps, 'blobs' | 'database'> {
  return { blobs: heldBlobs(deps.blobs, 'sign', hold), database: heldDatabase(database, 'sign', hold) };
}

const previewResult = { result: 'PASSED', configuration: [{ annotations: { suite: 'preview' } }] };

/** The number of attestations and elements for the statement. */
async function registered(statement: Digest): Promise<number> {
  const rows = await database.transaction('default', (tx) =>
    tx.query('select id from attestations where statement_digest = $1', [statement]),
  );
  return rows.length;
}

describe('signing a statement', () => {
  test('registers what verifies', async () => {
    const signed = await sign();
    expect(signed).toMatchObject({
      kind: 'signature',
      predicateType: predicateTypes.signature,
      statement: input.statement,
      keyId: deps.signer.keyId,
    });
    expect(verifyStatement(await blobs.get(signed.checksum), [deps.signer.publicKeyPem]).statementDigest).toBe(
      input.statement,
    );
  });

  test('again returns the first signature, although a new one would differ', async () => {
    expect(await sign()).toEqual(await sign());
    expect(await registered(input.statement)).toBe(1);
  });

  test.each(['sign.stored', 'sign.registered'])(
    'leaves one attestation when it dies at %s and is retried',
    async (point) => {
      const dying: SignDeps = {
        ...deps,
        ...held(async (reached) => {
          if (reached === point) throw new Error('the worker died');
        }),
      };
      await expect(sign(input, dying)).rejects.toThrow('the worker died');
      await sign();
      expect(await registered(input.statement)).toBe(1);
    },
  );

  test('by eight workers at once leaves one attestation', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => sign()));
    expect(new Set(all.map((one) => one.checksum)).size).toBe(1);
    expect(await registered(input.statement)).toBe(1);
  });

  test('refuses a statement whose bytes were changed', async () => {
    const path = join(folder, 'blobs', 'sha256', hexOf(input.statement));
    await writeFile(path, (await readFile(path, 'utf8')).replace('web', 'wob'));
    await expect(sign()).rejects.toMatchObject({
      type: 'BLOB_CORRUPT',
      nonRetryable: true,
    });
  });

  test('refuses a statement about something that does not exist', async () => {
    const statement = await stored(predicateTypes.signature, {}, [subjectOf('web', digestOf('absent'))]);
    const blobsBefore = await readdir(join(folder, 'blobs', 'sha256'));
    await expect(sign({ statement })).rejects.toMatchObject({
      type: 'NOT_FOUND',
    });
    expect(await readdir(join(folder, 'blobs', 'sha256'))).toEqual(blobsBefore);
  });

  test('refuses what is not a statement', async () => {
    for (const text of ['hello', '{}', '{"_type":"https://in-toto.io/Statement/v1"}']) {
      await expect(sign({ statement: await blobs.put(text) })).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
    }
  });

  test.each<[string, () => Promise<Digest>]>([
    ['a lane decision', () => stored(predicateTypes.verificationSummary, { verificationResult: 'PASSED' })],
    ['a decision of a person', () => stored(predicateTypes.decision, { verb: 'approve', principal: 'alice' })],
    ['a check of a preview', () => stored(predicateTypes.testResult, previewResult)],
    ['a signature that claims more', () => stored(predicateTypes.signature, { level: 3 })],
    ['something of an unknown type', () => stored('https://example.com/anything', {})],
    ['two images at once', () => stored(predicateTypes.spdx, {}, [subjectOf('web', image), subjectOf('x', image)])],
    [
      'something that is not an image',
      async () => stored(predicateTypes.spdx, {}, [subjectOf('x', await blobs.put('x'))]),
    ],
  ])('refuses a statement about %s', async (_what, statement) => {
    const refused = await sign({ statement: await statement() }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      type: expect.stringMatching(/EVIDENCE_INVALID|IMAGE_UNSUPPORTED/),
      nonRetryable: true,
    });
  });

  test('signs provenance of this repository, revision and run', async () => {
    expect(await sign({ statement: await provenance() })).toMatchObject({ kind: 'provenance' });
  });

  test.each<[string, Partial<ProvenanceInput>]>([
    ['another repository', { repository: 'https://bank.example/core.git' }],
    ['another revision', { revision: 'b'.repeat(40) }],
    ['another tree', { tree: 'b'.repeat(40) }],
    ['another run', { invocationId: `${workflowId}/another` }],
    ['another service', { service: 'admin' }],
  ])('refuses provenance that names %s', async (_what, change) => {
    await expect(sign({ statement: await provenance(change) })).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
  });

  test('refuses provenance that says more than ours', async () => {
    const ours = JSON.parse((await blobs.get(await provenance())).toString()) as { predicate: object };
    const statement = await stored(predicateTypes.provenance, { ...ours.predicate, slsaLevel: 3 });
    await expect(sign({ statement })).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
  });

  test('refuses bytes that others could read in another way', async () => {
    const text = (await blobs.get(input.statement)).toString();
    for (const changed of [text.replace('"predicate":', '"predicate":{"level":3},"predicate":'), `${text} `])
      await expect(sign({ statement: await blobs.put(changed) })).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
  });

  test('refuses an image of another revision', async () => {
    const other = workflowIds.release('default', 'shop', 'c'.repeat(40));
    const client = clientOf({ firstRunId: 'of-another-revision' });
    await database.transaction('default', (tx) =>
      startRelease(tx, {
        id: 'of-another-revision',
        workflowId: other,
        product: 'shop',
        revision: 'c'.repeat(40),
        repository,
        tree,
      }),
    );
    await expect(sign(input, { ...deps, client }, other)).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
  });

  test('refuses when the release has ended, or ends while it signs', async () => {
    const end = async () => {
      await database.transaction('default', (tx) =>
        endRelease(tx, { id: releaseId, product: 'shop' }, { error: { code: 'CANCELLED', message: 'x' } }),
      );
    };
    await expect(sign(input, { ...deps, ...held(end) })).rejects.toMatchObject({ type: 'WRONG_STATE' });
    await expect(sign()).rejects.toMatchObject({ type: 'WRONG_STATE', nonRetryable: true });
    expect(await registered(input.statement)).toBe(0);
  });

  test.each<[string, Partial<DescribedRun>]>([
    ['on the task queue of a stranger', { taskQueue: 'foreign' }],
    ['of another workflow type', { type: 'promotion' }],
    ['that has ended', { status: 'TERMINATED' }],
  ])('refuses a run %s', async (_what, change) => {
    const client = clientOf({ firstRunId: releaseId, ...change });
    await expect(sign(input, { ...deps, client })).rejects.toMatchObject({
      type: 'PERMISSION_DENIED',
      nonRetryable: true,
    });
  });

  test('refuses the run of another release', async () => {
    const other = workflowIds.release('default', 'shop', 'b'.repeat(40));
    await expect(sign(input, deps, other)).rejects.toMatchObject({ type: 'PERMISSION_DENIED' });
  });

  test.each<[string, unknown]>([
    ['without a digest', {}],
    ['with a run to sign for', { statement: digestOf('x'), producedByRun: 'release/default/shop/x/y' }],
    ['that is a path', { statement: '/etc/passwd' }],
  ])('refuses an input %s', async (_what, value) => {
    await expect(sign(value)).rejects.toMatchObject({ type: 'INVALID_INPUT', nonRetryable: true });
  });
});
