import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { noRules } from '../../activities/policy/rule-source.js';
import { advance, type AdvanceStimulus } from '../../activities/promotion/advance.js';
import { type Answer, nothingSeen } from '../../activities/promotion/types.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { parseServiceActStatement, type ServiceActRecord } from '../../core/evidence/service-act.js';
import type { Statement } from '../../core/evidence/statement.js';
import { evidenceOfBundle, type StoredAttestation } from '../../store/evidence/read.js';
import { rowsOf, type Target } from './attack-scene.js';
import type { Engine } from './engine.js';
import { signerOf } from './sealed-bundle.js';
import { eventually } from './until.js';

/** What a promotion that has ended was attested with: kinds that only the verification key signs. */
export async function attestedOf(engine: Engine, target: Target): Promise<readonly StoredAttestation[]> {
  const evidence = await engine.database.transaction('default', (tx) => evidenceOfBundle(tx, target.bundle));
  return evidence.filter(
    ({ kind, producedByRun }) =>
      ['service-act', 'promotion', 'verification-summary'].includes(kind) &&
      producedByRun.startsWith(`${target.handle.workflowId}/`),
  );
}

/** Waits until a promotion is attested. @returns its attestations by their kind */
export async function whenAttested(engine: Engine, target: Target): Promise<ReadonlyMap<string, StoredAttestation>> {
  await eventually(async () => {
    const steps = "select 1 from promotion_steps where promotion_id = $1 and step = 'attest' and outcome = 'DONE'";
    if ((await rowsOf(engine, steps, target.id)).length === 0) throw new Error(`${target.id} is not attested`);
  }, 40_000);
  return new Map((await attestedOf(engine, target)).map((one) => [one.kind, one]));
}

/** The statement of an attestation, verified with the verification key. */
export async function statementOfAttestation(engine: Engine, attestation: StoredAttestation): Promise<Statement> {
  const { publicKeyPem } = await signerOf(engine.dataDir, 'keys', 'verification');
  return verifyStatement(await engine.blobs.get(attestation.checksum), [publicKeyPem]).statement;
}

/** What the service statement on a promotion says, once it is attested. */
export async function serviceActOfTarget(engine: Engine, target: Target): Promise<ServiceActRecord> {
  const attestation = (await whenAttested(engine, target)).get('service-act');
  if (attestation === undefined) throw new Error(`${target.id} has no service statement`);
  return parseServiceActStatement(await statementOfAttestation(engine, attestation));
}

/** Moves a promotion as the worker itself does, for what it has observed, at another time if need be. */
export function moveAt(engine: Engine, target: Target, stimulus: AdvanceStimulus, now = new Date()): Promise<Answer> {
  const { database, stores, client } = engine;
  const deps = { database, blobs: stores, client, rules: noRules, cache: new EvidenceCache(), now: () => now };
  return advance(deps, { tenant: 'default', promotionId: target.id }, stimulus, { seen: nothingSeen });
}
