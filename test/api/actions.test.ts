import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { Action } from '#gen/governance/v1/decision_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import { listPendingCases } from '../../apps/api/case/pending.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../../store/database.js';
import { requirePrincipal } from '../../store/identity/read.js';
import { asOwner, decide, type Target, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, publish } from '../support/policy-people.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
let api: ApiOnEngine;
let target: Target;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  target = await waitingForApproval(engine, 'what can be done');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const verbs = {
  approve: DecisionVerb.APPROVE,
  reject: DecisionVerb.REJECT,
  abort: DecisionVerb.ABORT,
  retry: DecisionVerb.RETRY,
};

async function actionOf(person: string, verb: keyof typeof verbs, id = target.id): Promise<Action> {
  const { actions } = await api.clients(person).decisions.listActions({ promotionId: id });
  return actions.find((action) => action.verb === verbs[verb])!;
}

describe('what somebody may do about a promotion', () => {
  test.each([
    ['alice', 'approve'],
    ['alice', 'abort'],
    ['alice', 'retry'],
    ['dev', 'approve'],
    ['dev', 'reject'],
    ['bob', 'approve'],
  ] as const)('is what they are let do when they do it: %s, %s', async (person, verb) => {
    const waiting = await waitingForApproval(engine, `${person} and ${verb}`);
    const said = await actionOf(person, verb, waiting.id);
    const about = { verb, lane: 'gold', bundle: waiting.bundle, promotionId: waiting.id } as const;
    const update = verb === 'abort' || verb === 'retry' ? verb : 'decide';
    const outcome = (await decide(engine, waiting, await engine.sign(person, about), update)) as unknown as {
      accepted: boolean;
      text: string;
    };
    expect([said.possible, said.whyNot === '']).toEqual([outcome.accepted, outcome.accepted]);
    // Whom to ask is no part of why it does not count.
    if (!outcome.accepted) expect(outcome.text).toContain(said.whyNot.replace(/; ask .*/, ''));
  });

  test('names the command that does it', async () => {
    expect((await actionOf('alice', 'approve')).command).toBe(`lane approve ${target.id.slice(-12)}`);
  });

  test('is nothing more once they have approved', async () => {
    const approve = { verb: 'approve', lane: 'gold', bundle: target.bundle, promotionId: target.id } as const;
    await decide(engine, target, await engine.sign('alice', approve));
    expect(await actionOf('alice', 'approve')).toMatchObject({ possible: false, whyNot: 'alice has already approved' });
    expect((await actionOf('bob', 'approve')).possible).toBe(true);
  });
});

describe('what waits for people', () => {
  /** Lists what waits, as the API does. @returns how many cases there are, and how many queries that took */
  async function listed(): Promise<readonly [cases: number, queries: number]> {
    const deps = {
      blobs: engine.stores,
      rules: new PolicyBook(engine.database, engine.policyRoots),
      cache: new EvidenceCache(),
    };
    return whenPrepared(deps, 'default', (known) =>
      engine.database.transaction('default', async (tx) => {
        const alice = await requirePrincipal(tx, 'alice');
        let queries = 0;
        const counted: Transaction = {
          ...tx,
          query(sql, values, options) {
            queries += 1;
            return tx.query(sql, values, options);
          },
        };
        const cases = await listPendingCases(counted, known, alice);
        return [cases.length, queries] as const;
      }),
    );
  }

  test('is also what somebody has requested changes of, until they approve: for them, and for who can approve', async () => {
    const waiting = await waitingForApproval(engine, 'changes are requested');
    const about = { lane: 'gold', bundle: waiting.bundle, promotionId: waiting.id } as const;
    await decide(
      engine,
      waiting,
      await engine.sign('alice', { ...about, verb: 'request-changes' }, { comment: 'why?' }),
    );
    const caseOf = async (person: string) => {
      const { cases } = await api.clients(person).decisions.listPendingApprovals({ all: true });
      return cases.find(({ promotionId }) => promotionId === waiting.id);
    };
    expect(await caseOf('alice')).toMatchObject({ waitsForMe: true, missing: expect.stringContaining('why?') });
    expect(await caseOf('bob')).toMatchObject({ waitsForMe: true });
    expect(await caseOf('dev')).toMatchObject({ waitsForMe: false });
    await decide(engine, waiting, await engine.sign('bob', { ...about, verb: 'approve' }));
    expect(await caseOf('alice')).toMatchObject({ waitsForMe: true });
    await decide(engine, waiting, await engine.sign('alice', { ...about, verb: 'approve' }));
    expect(await caseOf('alice')).toBeUndefined();
  });

  test('is read in as many queries for three as for one', async () => {
    const [few, queries] = await listed();
    expect(few).toBeGreaterThan(0);
    await waitingForApproval(engine, 'another that waits');
    await waitingForApproval(engine, 'one more that waits');
    expect(await listed()).toEqual([few + 2, queries]);
  });
});

describe('what somebody may start in lanes', () => {
  test('with a bundle: where it is live, on its way, or may go', async () => {
    const { bundle } = await waitingForApproval(engine, 'goes on');
    const { actions } = await api.clients('dev').decisions.listLaneActions({ of: { case: 'bundle', value: bundle } });
    expect(actions.map(({ lane, possible, whyNot }) => [lane, possible, whyNot])).toEqual([
      [Lane.BRONZE, false, 'it is live there'],
      [Lane.SILVER, false, 'it is live there'],
      [Lane.GOLD, false, 'it is on its way there: AWAITING_APPROVAL'],
      // Its hotfixes.
      [Lane.BRONZE, false, 'it is live there'],
      [Lane.SILVER, false, 'it is live there'],
      [Lane.GOLD, true, ''],
    ]);
    expect(actions.slice(3).map(({ verb }) => verb)).toEqual(Array(3).fill(DecisionVerb.HOTFIX));
    expect(actions[5]!.command).toBe(`lane hotfix ${shortId(bundle)} --to gold --reason TEXT`);
    const fresh = await sealText(engine, 'not yet anywhere');
    const own = await api.clients('dev').decisions.listLaneActions({ of: { case: 'bundle', value: fresh } });
    expect(own.actions.map(({ possible }) => possible)).toEqual(Array(6).fill(true));
    const others = await api.clients('alice').decisions.listLaneActions({ of: { case: 'bundle', value: fresh } });
    expect(others.actions[0]).toMatchObject({
      possible: false,
      whyNot: 'alice has none of the roles developer, release-manager, operator that may request; ask carol or dev',
    });
    expect(others.actions[3]).toMatchObject({
      possible: false,
      whyNot: 'alice has none of the roles release-manager, operator that may start a hotfix; ask carol or dev',
    });
  });

  test('with a product: which lanes go back, and to what', async () => {
    const { actions } = await api
      .clients('carol')
      .decisions.listLaneActions({ of: { case: 'product', value: 'shop' } });
    const [bronze, , gold] = actions;
    expect(bronze).toMatchObject({ lane: Lane.BRONZE, possible: true, whyNot: '' });
    expect(bronze!.bundleDigest).toMatch(/^sha256:/);
    expect(gold).toMatchObject({
      possible: false,
      whyNot: expect.stringMatching(/^there is nothing to go back to|^nothing is live there/),
    });
    const alice = await api.clients('alice').decisions.listLaneActions({ of: { case: 'product', value: 'shop' } });
    expect(alice.actions[0]).toMatchObject({
      possible: false,
      whyNot: 'alice has none of the roles release-manager, operator that may roll back; ask carol or dev',
    });
  });

  test('with a bundle of a product that does not use each lane: what promoting it there would say', async () => {
    const text =
      'apiVersion: lanekeeper.dev/v1\nkind: PromotionDefinition\nmetadata: { name: small }\nspec:\n  lanes: { bronze: {} }\n';
    await publish(deskOf(engine, api), text, { kind: 'definition', name: 'small' });
    const bundle = await sealText(engine, 'small', { product: 'small' });
    const { actions } = await api.clients('dev').decisions.listLaneActions({ of: { case: 'bundle', value: bundle } });
    expect(actions.map(({ lane, possible }) => [lane, possible])).toEqual([
      [Lane.BRONZE, true],
      [Lane.SILVER, false],
      [Lane.GOLD, false],
      [Lane.BRONZE, true],
      [Lane.SILVER, false],
      [Lane.GOLD, false],
    ]);
    const whyNot = 'small does not use the lane gold: definition small, version 1, names bronze';
    expect(actions[2]!.whyNot).toBe(whyNot);
    const { code, stderr } = await api.lane('dev', 'promote', bundle, '--to', 'gold');
    expect(code).not.toBe(0);
    for (const part of whyNot.split(': ')) expect(stderr).toContain(part);
    const { actions: back } = await api
      .clients('carol')
      .decisions.listLaneActions({ of: { case: 'product', value: 'small' } });
    expect(back.map(({ possible }) => possible)).toEqual([false, false, false]);
  });

  test('is said, with the reason, while the rules are not to be believed', async () => {
    const bundle = await sealText(engine, 'under unbelievable rules', { product: 'small' });
    const revoke = (until: string) =>
      asOwner(
        engine,
        `update principal_keys set valid_until = ${until} where principal = 'carol' and purpose = 'person'`,
      );
    await revoke("now() - interval '1 hour'");
    try {
      const { actions } = await api.clients('dev').decisions.listLaneActions({ of: { case: 'bundle', value: bundle } });
      const { stderr } = await api.lane('dev', 'promote', bundle, '--to', 'bronze');
      expect(actions).toHaveLength(6);
      for (const { possible, whyNot } of actions) {
        expect(possible).toBe(false);
        for (const part of whyNot.split(': ')) expect(stderr).toContain(part);
      }
      expect(actions[0]!.whyNot).toContain('definition small is not to be believed');
    } finally {
      await revoke('null');
    }
  });

  test('with neither is refused', async () => {
    await expect(api.clients('dev').decisions.listLaneActions({})).rejects.toMatchObject({
      cause: { code: 'INVALID_INPUT' },
    });
  });
});
