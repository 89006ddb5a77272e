import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { noRules } from '../../activities/policy/rule-source.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import { readFacts } from '../../activities/policy/read-facts.js';
import { attestationsOf } from '../../activities/promotion/attestations.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { approveByTwo, asOwner, rowsOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';

/** Rows that somebody with every right in the database has invented: no person has signed what they say. */
let engine: Engine;
let gold: Target;
let live: Target;
beforeAll(async () => {
  engine = await startEngine({ reconcileEveryMs: 3_600_000 });
  live = await waitingForApproval(engine, 'was approved');
  await approveByTwo(engine, live);
  gold = await waitingForApproval(engine, 'is waiting');
});
afterAll(() => engine.close());

/** An accepted decision with an attestation row of bob's key, about a statement that does not exist. */
async function invent(verb: string, promotion: Target): Promise<void> {
  const id = `invented-${verb}-${promotion.id}`;
  await asOwner(
    engine,
    `with a as (
       insert into attestations (tenant_id, id, element_id, kind, predicate_type, uri, checksum, statement_digest, key_id, signer, produced_by_run)
       select a.tenant_id, $1, a.element_id, a.kind, a.predicate_type, a.uri, 'sha256:' || repeat('0', 64),
              'sha256:' || encode(sha256(convert_to($1, 'UTF8')), 'hex'), k.key_id, k.principal, a.produced_by_run
         from attestations a, principal_keys k
        where a.kind = 'decision' and k.principal = 'bob' and a.id in (select attestation_id from decisions where promotion_id = $2) limit 1
       returning *)
     insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, attestation_id, statement_digest, front_door)
     select tenant_id, $1, 'promotion', $2, $3, 'bob', true, id, statement_digest, 'UPDATE' from a`,
    ...[id, promotion.id, verb],
  );
}

/** Runs work of the signer or of a round of gates, with nothing verified yet. */
function prepared<T>(work: Parameters<typeof whenPrepared<T>>[2]): Promise<T> {
  return whenPrepared({ blobs: engine.stores, cache: new EvidenceCache(), rules: noRules }, 'default', work);
}

const promotionOf = (target: Target) => engine.database.transaction('default', (tx) => requirePromotion(tx, target.id));

describe('a decision that only rows say', () => {
  test('approves nothing, and makes nobody the requester', async () => {
    await invent('approve', gold);
    await asOwner(engine, "update promotions set requester = 'carol' where id = $1", gold.id);
    const promotion = await promotionOf(gold);
    const facts = await prepared((known) =>
      engine.database.transaction('default', (tx) => readFacts(tx, known, { ...promotion, promotionId: gold.id })),
    );
    expect(facts.approvals).toEqual([]);
    expect(facts.requester).toBeUndefined();
    await asOwner(engine, "update promotions set requester = 'dev' where id = $1", gold.id);
  });

  test('that rejects is not attested', async () => {
    await invent('reject', gold);
    await asOwner(engine, "update promotions set state = 'REJECTED', ended_at = now() where id = $1", gold.id);
    await expect(attest(gold)).rejects.toMatchObject({
      code: 'EVIDENCE_INVALID',
      why: 'nobody has signed its rejection',
    });
    await asOwner(engine, "update promotions set state = 'AWAITING_APPROVAL', ended_at = null where id = $1", gold.id);
  });

  test('that requests is not attested, while what was signed is', async () => {
    await expect(attest(live)).resolves.toHaveLength(2);
    await asOwner(engine, "update promotions set requester = 'carol' where id = $1", live.id);
    await expect(attest(live)).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
    await asOwner(engine, "update promotions set requester = 'dev' where id = $1", live.id);
    await asOwner(engine, "update promotions set kind = 'ROLLBACK' where id = $1", live.id);
    await expect(attest(live)).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
    await asOwner(engine, "update promotions set kind = 'PROMOTION' where id = $1", live.id);
  });

  test('keeps two people from nothing', async () => {
    await approveByTwo(engine, gold);
    expect(await rowsOf(engine, "select 1 from promotions where id = $1 and state = 'LIVE'", gold.id)).toHaveLength(1);
  });
});

async function attest(target: Target) {
  const promotion = await promotionOf(target);
  return prepared((known) => engine.database.transaction('default', (tx) => attestationsOf(tx, known, promotion)));
}
