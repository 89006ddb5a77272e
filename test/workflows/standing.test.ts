import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { openDatabase } from '../../store/database.js';
import { enrolledKeys } from '../../store/identity/read.js';
import { revokeKey } from '../../store/identity/keys.js';
import { readLane } from '../../store/lane/read.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { decideUpdate, statusQuery } from '../../workflows/promotion/contract.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
let bundle: Digest;
let handle: PromotionHandle;
let id: string;
const start = new Date();

beforeAll(async () => {
  engine = await startEngine();
  const methodology = { profile: 'scrum', increment: 'Increment 7' };
  bundle = await sealText(engine, 'stands', { authorEmail: 'dev@example.com', methodology, timebox: 'Sprint 12' });
  await engine.bringTo(bundle, 'bronze');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'silver');
  const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle });
  handle = await engine.promote({ lane: 'gold', bundle, request });
  await engine.reached(handle, 'AWAITING_APPROVAL');
  id = await engine.recordOf(handle);
  for (const person of ['alice', 'bob']) {
    const statement = await engine.sign(person, { verb: 'approve', lane: 'gold', bundle, promotionId: id });
    expect(await handle.executeUpdate(decideUpdate, { args: [{ statement }] })).toMatchObject({ accepted: true });
  }
  await engine.reached(handle, 'LIVE');
});
afterAll(() => engine.close());

const promotion = () => engine.database.transaction('default', (tx) => requirePromotion(tx, id));

/** Ends the validity of a person's keys, as the enrolment process does for a signed statement. */
async function revoke(person: string, since?: Date): Promise<void> {
  const enrolment = openDatabase({ url: engine.cluster.urls.enrolment, maxConnections: 1 });
  try {
    await enrolment.transaction('default', async (tx) => {
      const keys = (await enrolledKeys(tx)).filter(({ principal }) => principal === person);
      expect(keys).not.toEqual([]);
      for (const { keyId } of keys) await revokeKey(tx, { keyId, since, by: 'dev', reason: 'stolen' });
    });
  } finally {
    await enrolment.close();
  }
}

const eventsOf = async (type: string) =>
  (
    await rowsOf<{ data: unknown }>(
      engine,
      `select e.data from method_events e join event_subjects s on s.event_id = e.id and s.kind = 'promotion'
        where s.id = $1 and e.type = $2`,
      id,
      type,
    )
  ).map(({ data }) => data);

async function foundBy(query: string): Promise<number> {
  const { count } = await engine.client.workflow.count(`LanekeeperBundle = '${bundle}' and ${query}`);
  return count;
}

describe('what is live', () => {
  test('is SOUND while all that it was let into its lane on counts', async () => {
    expect(await promotion()).toMatchObject({ state: 'LIVE', standing: 'SOUND' });
    await until(
      async () => (await foundBy("LanekeeperStanding = 'SOUND' and LanekeeperLane = 'gold'")) === 1,
      'to be found',
    );
    const lane = await engine.database.transaction('default', (tx) => readLane(tx, 'shop', 'gold'));
    expect(lane.live).toMatchObject({ promotionId: id, standing: 'SOUND' });
  });

  test('stays SOUND when a key is revoked from now on that signed an approval before', async () => {
    await revoke('alice');
    await handle.signal('changed');
    await until(async () => (await handle.query(statusQuery)).ignoredMessages === 0, 'the run to answer');
    expect(await promotion()).toMatchObject({ state: 'LIVE', standing: 'SOUND' });
  });

  test('is AT_RISK once the key is found to have been stolen before, and its run is woken to say so', async () => {
    const before = await promotion();
    await revoke('bob', start);
    await until(async () => (await promotion()).standing === 'AT_RISK', 'the promotion to be AT_RISK');
    const now = await promotion();
    expect(now).toMatchObject({ state: 'LIVE', liveAt: before.liveAt, gateRound: before.gateRound });
    expect(now.reason).toMatch(
      /^two-person-approval relied on attestation \w+ of bob, whose key has not counted since /,
    );
    expect(await eventsOf('promotion.standing-changed')).toEqual([{ to: 'AT_RISK', reason: now.reason }]);
    await until(async () => (await foundBy("LanekeeperStanding = 'AT_RISK'")) === 1, 'to be found as AT_RISK');
    expect(await handle.query(statusQuery)).toMatchObject({ state: 'LIVE', standing: 'AT_RISK', reason: now.reason });
  });

  test('cannot be said to be SOUND again while that is lost', async () => {
    await expect(rowsOf(engine, "update promotions set standing = 'SOUND' where id = $1", id)).rejects.toMatchObject({
      message:
        'what is live is AT_RISK exactly when something that it relied on counts no more, or its bundle is recalled',
    });
    expect(await promotion()).toMatchObject({ standing: 'AT_RISK' });
  });

  test('keeps lane and alias, and its run names the command that goes back', async () => {
    expect(await engine.answerOf('gold')).toContain('stands');
    const shown = await engine.temporal.ask('workflow', 'metadata', '--workflow-id', handle.workflowId, '-o', 'json');
    const details = (JSON.parse(shown) as { queryResult: { currentDetails: string }[] }).queryResult[0]?.currentDetails;
    expect(details).toContain('**LIVE**');
    expect(details).toContain('**AT_RISK**');
    expect(details).toContain('lane rollback');
  });

  test('is asked again by any hint, and says the same once only', async () => {
    await handle.signal('changed');
    const statement = await engine.sign('carol', { verb: 'retry', lane: 'gold', bundle, promotionId: id });
    expect(await handle.executeUpdate(decideUpdate, { args: [{ statement }] })).toMatchObject({ code: 'WRONG_STATE' });
    expect(await eventsOf('promotion.standing-changed')).toHaveLength(1);
  });

  test('has no standing once another bundle is live', async () => {
    const inBronze = (query: string) => foundBy(`LanekeeperLane = 'bronze' and ${query}`);
    await until(async () => (await inBronze("LanekeeperStanding = 'SOUND'")) === 1, 'to be found as SOUND');
    await engine.bringTo(await sealText(engine, 'follows'), 'bronze');
    await until(async () => (await inBronze("LanekeeperState = 'SUPERSEDED'")) === 1, 'to be found as SUPERSEDED');
    expect(await inBronze('LanekeeperStanding is null')).toBe(1);
    const [row] = await rowsOf<{ standing: string | null }>(
      engine,
      "select standing from promotions where bundle_digest = $1 and lane = 'bronze'",
      bundle,
    );
    expect(row?.standing).toBeNull();
  });
});

test('a run is found by what its bundle was made for', async () => {
  const made = "LanekeeperProfile = 'scrum' and LanekeeperGoals = 'Increment 7' and LanekeeperTimeboxes = 'Sprint 12'";
  await until(async () => (await foundBy(`${made} and LanekeeperLane = 'gold'`)) === 1, 'to be found');
  expect(await foundBy("LanekeeperGoals = 'Increment 8'")).toBe(0);
});
