import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { type Clients, createClients } from '../../apps/cli/connection/clients.js';
import { domainErrorOf } from '../../apps/cli/errors/domain-error.js';
import { limits } from '../../apps/api/limits/limits.js';
import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { parseJUnit } from '../../core/evidence/junit.js';
import { subjectOf } from '../../core/evidence/statement.js';
import { testResultStatement } from '../../core/evidence/test-result.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { maxAttachedByPrincipal } from '../../store/evidence/limit.js';
import { rowsOf, waitingForApproval } from '../support/attack-scene.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { signEnrolment } from '../support/enrolment.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { sealText, signerOf } from '../support/sealed-bundle.js';
import { eventually, until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let narrow: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  narrow = await startApiOn(engine, {
    limits: { ...limits, calls: 400, windowSeconds: 3_600, concurrentCalls: 3, streams: 2, recheckMs: 50 },
  });
});
afterAll(async () => {
  await narrow.close();
  await api.close();
  await engine.close();
  expect([...api.reports, ...narrow.reports]).toEqual([]);
});

const codeOf = (error: unknown): string => domainErrorOf(error)?.code ?? String(error);
const outcomesOf = (calls: readonly Promise<unknown>[]): Promise<string[]> =>
  Promise.all(calls.map((call) => call.then(() => 'answered', codeOf)));

/** Keeps everybody from reading promotions, so that calls take as long as the test needs. */
async function holdPromotions(): Promise<{ release(): Promise<void> }> {
  const admin = new pg.Client({ connectionString: engine.cluster.adminUrl });
  await admin.connect();
  await admin.query('begin; lock table promotions in access exclusive mode');
  return {
    release: async () => {
      await admin.query('commit');
      await admin.end();
    },
  };
}

/** A stream that has sent its first message, and stays open until it is left. */
async function open(clients: Clients, promotionId: string) {
  const leaving = new AbortController();
  const messages = clients.promotions
    .watchPromotion({ promotionId }, { signal: leaving.signal })
    [Symbol.asyncIterator]();
  await messages.next();
  return { next: () => messages.next(), leave: () => leaving.abort() };
}

describe('a caller in a loop', () => {
  test('has few streams at a time, gets a place back for each that it leaves, and keeps nobody else from theirs', async () => {
    const { id } = await waitingForApproval(engine, 'watched');
    const alice = narrow.clients('alice');
    const streams = [await open(alice, id), await open(alice, id)];
    await expect(open(alice, id).catch(codeOf)).resolves.toBe('LIMIT_EXCEEDED');
    const other = await open(narrow.clients('bob'), id);
    for (const stream of [...streams, other]) stream.leave();
    await eventually(async () => (await open(alice, id)).leave());
  });

  test('has few calls at a time', async () => {
    const dev = narrow.clients('dev');
    const held = await holdPromotions();
    const settled: string[] = [];
    const calls = outcomesOf(
      Array.from({ length: 12 }, () => {
        const call = dev.promotions.listPromotions({});
        void call.then(
          () => settled.push('answered'),
          (error: unknown) => settled.push(codeOf(error)),
        );
        return call;
      }),
    );
    try {
      // Those that have a place wait for the table; the others are refused meanwhile.
      await until(() => settled.length === 9, 'nine calls to be refused');
      expect(new Set(settled)).toEqual(new Set(['LIMIT_EXCEEDED']));
    } finally {
      await held.release();
    }
    expect((await calls).filter((outcome) => outcome === 'answered')).toHaveLength(3);
    expect(await outcomesOf([dev.identity.whoAmI({})])).toEqual(['answered']);
  });

  test('is told when to try again, and delays nobody else', async () => {
    const carol = narrow.clients('carol');
    const outcomes: string[] = [];
    for (let at = 0; at < 402; at += 1) outcomes.push(...(await outcomesOf([carol.identity.whoAmI({})])));
    expect(outcomes.filter((one) => one === 'answered')).toHaveLength(400);
    const refused = await carol.identity.whoAmI({}).catch((error: unknown) => domainErrorOf(error));
    expect(refused).toMatchObject({ code: 'LIMIT_EXCEEDED', next: expect.stringMatching(/^try again in \d+ s$/) });
    expect(await outcomesOf([narrow.clients('bob').identity.whoAmI({})])).toEqual(['answered']);
  });
});

test('a stream ends when its token is revoked', async () => {
  const { id } = await waitingForApproval(engine, 'watched by a token');
  const { stdout, stderr } = await api.lane('alice', 'token', 'create', '--label', 'watching');
  expect(stderr).toContain('done: give alice a token');
  const stream = await open(createClients(narrow.url, stdout.trim()), id);
  const [row] = await rowsOf<{ token_hash: Digest }>(
    engine,
    "select token_hash from principal_tokens where label = 'watching'",
  );
  const ended = stream.next().catch(codeOf);
  const change = { type: 'revoke-token', tokenHash: row!.token_hash, reason: 'left' } as const;
  const signedStatement = await signEnrolment(engine, 'alice', { verb: 'request', change });
  await api.clients('alice').enrolments.submitEnrolment({ signedStatement });
  await expect(ended).resolves.toBe('UNAUTHENTICATED');
});

describe('a request', () => {
  test('that is larger than its RPC allows is refused with a typed answer', async () => {
    const { enrolments, evidence } = api.clients('dev');
    const bytes = (size: number) => new Uint8Array(size);
    await expect(
      enrolments.submitEnrolment({ signedStatement: bytes(limits.requestBytes + 1) }).catch(codeOf),
    ).resolves.toBe('LIMIT_EXCEEDED');
    const huge = {
      bundleDigest: `sha256:${'0'.repeat(64)}`,
      kind: 'test-result',
      report: bytes(limits.reportBytes + 1),
    };
    await expect(evidence.attachEvidence(huge).catch(codeOf)).resolves.toBe('LIMIT_EXCEEDED');
  });
});

/** Attaches the preview check of a run to a bundle, as dev. The layout of the signed file may differ. */
async function attachTo(bundle: Digest, run: number, spaces = 0) {
  const xml = reportOf(run);
  const statement = testResultStatement({
    ...({ suite: 'preview', subject: [subjectOf('shop', bundle)], url: `http://127.0.0.1:1/${String(run)}` } as const),
    report: parseJUnit(xml),
    reportDigest: digestOf(xml),
  });
  const signed = await signStatement(statement, await signerOf(engine.dataDir, 'identities', 'dev'));
  const signedStatement = Buffer.concat([signed, Buffer.from(' '.repeat(spaces))]);
  const evidence = { bundleDigest: bundle, kind: 'preview-check', signedStatement, report: Buffer.from(xml) };
  return api
    .clients('dev')
    .evidence.attachEvidence(evidence)
    .then(() => 'attached', codeOf);
}

const reportOf = (run: number): string =>
  `<testsuite name="t" tests="1"><testcase classname="c" name="run ${String(run)}"/></testsuite>`;

describe('a request that is as large as a report', () => {
  /** Announces a report and sends none of it. @returns the status line of the answer, and how to go on */
  function announce(headers: readonly string[]): Promise<{ readonly status: string; readonly socket: Socket }> {
    const { hostname, port } = new URL(narrow.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        const head = ['POST /governance.v1.EvidenceService/AttachEvidence HTTP/1.1', `Host: ${hostname}:${port}`];
        const body = ['Content-Type: application/json', `Content-Length: ${String(limits.reportBytes - 1)}`];
        socket.write([...head, ...body, ...headers, '', ''].join('\r\n'));
      });
      onTestFinished(() => socket.destroy());
      socket.on('error', reject);
      socket.once('data', (answer) => resolve({ status: answer.toString().split('\r\n')[0] ?? '', socket }));
    });
  }

  test.each([
    ['shows no token', []],
    ['shows a token that nobody has', ['Authorization: Bearer lk_default_guessed']],
  ])('is not read of somebody who %s', async (_what, headers) => {
    const { status, socket } = await announce(headers);
    expect(status).toBe('HTTP/1.1 401 Unauthorized');
    await new Promise((resolve) => socket.once('close', resolve));
  });

  test('is not read while the same person sends as many as they may', async () => {
    const token = (await readFile(join(engine.dataDir, 'identities', 'dev', 'token'), 'utf8')).trim();
    const own = [`Authorization: Bearer ${token}`];
    const answers: string[] = [];
    const announced = Array.from({ length: limits.reports + 1 }, () =>
      announce(own).then(({ status }) => answers.push(status)),
    );
    // One too many: it alone is answered, the others wait for what was announced.
    await Promise.any(announced);
    expect(answers).toEqual(['HTTP/1.1 429 Too Many Requests']);
  });
});

describe('somebody who attaches again and again', () => {
  let bundle: Digest;
  beforeAll(async () => {
    bundle = await sealText(engine, 'flooded');
    for (let run = 0; run < maxAttachedByPrincipal; run += 1) expect(await attachTo(bundle, run)).toBe('attached');
  });

  test('stores nothing more once stopped, whether it is refused or attached already', async () => {
    const stored = () => rowsOf(engine, 'select digest from blob_refs order by digest');
    const before = await stored();
    expect(await attachTo(bundle, maxAttachedByPrincipal)).toBe('LIMIT_EXCEEDED');
    await expect(engine.blobs.has(digestOf(reportOf(maxAttachedByPrincipal)))).resolves.toBe(false);
    expect(await attachTo(bundle, 0, 1)).toBe('attached');
    expect(await stored()).toEqual(before);
  });

  test('is stopped, displaces nothing that others have signed, and makes no round endless', async () => {
    expect(await attachTo(bundle, maxAttachedByPrincipal)).toBe('LIMIT_EXCEEDED');
    // What was attached before is found again, and takes no place.
    expect(await attachTo(bundle, 0)).toBe('attached');
    await engine.bringTo(bundle, 'bronze', 'silver');
    const { stdout } = await api.lane('dev', 'plan', bundle, '--to', 'silver');
    expect(stdout).toContain('180 older preview-check left out: the newest 20 of each signer count');
  });
});
