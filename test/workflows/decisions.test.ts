import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import type { Decision } from '../../core/evidence/decision.js';
import {
  decideUpdate,
  type DecisionReply,
  decisionSignal,
  statusQuery,
  timelineQuery,
} from '../../workflows/promotion/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
let bundle: Digest;
let handle: PromotionHandle;
beforeAll(async () => {
  engine = await startEngine();
  bundle = await sealText(engine, 'decided about', { authorEmail: 'bob@example.com' });
  await engine.bringTo(bundle, 'bronze');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'silver');
  const request = await engine.sign('carol', { verb: 'request', lane: 'gold', bundle });
  handle = await engine.promote({ lane: 'gold', bundle, request });
  await engine.reached(handle, 'AWAITING_APPROVAL');
});
afterAll(() => engine.close());

const doors = ['update', 'signal'] as const;

/** Sends a statement through a front door and waits until the run has handled it. */
async function send(door: (typeof doors)[number], statement: unknown): Promise<string> {
  const count = async () =>
    (
      await engine.database.transaction('default', (tx) =>
        tx.query('select 1 from decisions d join promotions p on p.id = d.promotion_id where p.first_run_id = $1', [
          handle.firstExecutionRunId,
        ]),
      )
    ).length;
  if (door === 'update')
    return (
      await handle.executeUpdate<DecisionReply, [{ statement: unknown }]>(decideUpdate, { args: [{ statement }] })
    ).text;
  const before = (await handle.query(timelineQuery)).length;
  await handle.signal(decisionSignal, statement);
  await until(
    async () => (await handle.query(timelineQuery)).length > before,
    `a note about the signal (${await count()} decisions)`,
  );
  return (await handle.query(timelineQuery)).at(-1)?.text ?? '';
}

function about(): Parameters<Engine['sign']>[1] {
  return { verb: 'approve', lane: 'gold', bundle, promotionId: handle.firstExecutionRunId };
}

const past = () => ({
  issuedAt: new Date(Date.now() - 7_200_000).toISOString(),
  expiresAt: new Date(Date.now() - 3_600_000).toISOString(),
});

const refused: readonly {
  readonly what: string;
  readonly code: string;
  readonly person: string;
  readonly keyOf?: string;
  readonly changes?: () => Partial<Decision>;
}[] = [
  { what: 'signed with the key of another person', code: 'SIGNATURE_INVALID', person: 'alice', keyOf: 'bob' },
  { what: 'that has expired', code: 'DECISION_EXPIRED', person: 'alice', changes: past },
  {
    what: 'about another bundle',
    code: 'DECISION_MISMATCH',
    person: 'alice',
    changes: () => ({ bundle: digestOf('another') }),
  },
  { what: 'for another lane', code: 'DECISION_MISMATCH', person: 'alice', changes: () => ({ lane: 'silver' }) },
  {
    what: 'under another policy snapshot',
    code: 'DECISION_MISMATCH',
    person: 'alice',
    changes: () => ({ policySnapshot: digestOf('another') }),
  },
  { what: 'for another tenant', code: 'DECISION_MISMATCH', person: 'alice', changes: () => ({ tenant: 'other' }) },
  {
    what: 'for another promotion',
    code: 'DECISION_MISMATCH',
    person: 'alice',
    changes: () => ({
      promotion: { workflowId: handle.workflowId, id: '00000000-0000-7000-8000-000000000000' },
    }),
  },
  {
    what: 'on facts that were never shown',
    code: 'DECISION_MISMATCH',
    person: 'alice',
    changes: () => ({ facts: digestOf('invented') }),
  },
  { what: 'by the requester', code: 'SELF_APPROVAL', person: 'carol' },
  { what: 'by the author of the commit', code: 'SELF_APPROVAL', person: 'bob' },
];

describe.each(doors)('sent as %s', (door) => {
  test.each(refused)(
    'a decision $what is refused with $code and changes nothing',
    async ({ code, person, keyOf, changes }) => {
      const text = await send(door, await engine.sign(person, about(), changes?.() ?? {}, keyOf));
      expect(text).toContain(code);
      expect(await handle.query(statusQuery)).toMatchObject({
        state: 'AWAITING_APPROVAL',
        reason: expect.stringContaining('2 of 2 approvals'),
      });
    },
  );

  test('something that is not a signed statement is refused', async () => {
    const answer = await send(door, { dsseEnvelope: door }).catch((error: unknown) => String((error as Error).cause));
    expect(answer).toContain(door === 'signal' ? 'refused' : 'is not a Sigstore bundle around a decision');
  });

  test('a statement whose payload was changed after signing is refused', async () => {
    const statement = (await engine.sign('alice', about())) as { dsseEnvelope: { payload: string } };
    const payload = Buffer.from(statement.dsseEnvelope.payload, 'base64').toString('utf8').replace('alice', 'mabel');
    const forged = {
      ...statement,
      dsseEnvelope: { ...statement.dsseEnvelope, payload: Buffer.from(payload).toString('base64') },
    };
    expect(await send(door, forged)).toContain('SIGNATURE_INVALID');
  });
});

describe('a decision that counts', () => {
  let accepted: unknown;
  test('is recorded once, and sending it again returns the recorded outcome', async () => {
    accepted = await engine.sign('alice', about(), { nonce: 'nonce-of-the-first-one' });
    expect(await send('update', accepted)).toContain('approve by alice is recorded');
    expect(await send('signal', accepted)).toContain('it had been sent before');
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query("select 1 from decisions where accepted and verb = 'approve'"),
    );
    expect(rows).toHaveLength(1);
  });

  test('has a nonce that no other decision can use', async () => {
    const replay = await engine.sign('alice', { ...about(), verb: 'reject' }, { nonce: 'nonce-of-the-first-one' });
    expect(await send('update', replay)).toContain('DECISION_REPLAYED');
  });

  test('counts only once for each person', async () => {
    await send('update', await engine.sign('alice', about()));
    expect(await handle.query(statusQuery)).toMatchObject({
      state: 'AWAITING_APPROVAL',
      reason: expect.stringContaining('1 of 2 approvals'),
    });
  });

  test('that requests changes blocks the promotion until the same person approves', async () => {
    await send(
      'update',
      await engine.sign('alice', { ...about(), verb: 'request-changes' }, { comment: 'say hello nicer' }),
    );
    expect(await handle.query(statusQuery)).toMatchObject({
      state: 'GATING',
      reason: expect.stringContaining('say hello nicer'),
    });
    await send('update', await engine.sign('alice', about()));
    expect(await handle.query(statusQuery)).toMatchObject({ state: 'AWAITING_APPROVAL' });
  });

  test('that rejects ends the promotion, and a verification summary that says FAILED is signed', async () => {
    await send('update', await engine.sign('alice', { ...about(), verb: 'reject' }, { comment: 'no' }));
    expect(await handle.result()).toMatchObject({ state: 'REJECTED', reason: 'rejected by alice' });
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query("select 1 from attestations where kind = 'verification-summary' and produced_by_run like $1", [
        `%${handle.firstExecutionRunId}`,
      ]),
    );
    expect(rows).toHaveLength(1);
  });
});
