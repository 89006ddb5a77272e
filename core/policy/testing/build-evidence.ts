import type { Digest } from '../../digest.js';
import { digestOf } from '../../hash.js';
import type { EvidenceFact, SignerFact } from '../facts.js';
import { secondsOf } from '../layers/gate-file.js';
import type { GivenEvidence } from './test-file.js';

/** The digest of what a name stands for; undefined for none. */
export type SubjectsOf = (name: string) => Digest | undefined;

/** Evidence as it is registered: one attestation for each kind and each subject that is named. */
export function evidenceOf(given: readonly GivenEvidence[], about: SubjectsOf, now: Date): readonly EvidenceFact[] {
  return given.flatMap((one, index) =>
    [one.kind].flat().flatMap((kind) =>
      [one.about ?? 'bundle'].flat().flatMap((name) => {
        const subject = about(name);
        return subject === undefined ? [] : [evidence(one, `${kind}-${name}-${String(index)}`, kind, subject, now)];
      }),
    ),
  );
}

function evidence(given: GivenEvidence, id: string, kind: string, subject: Digest, now: Date): EvidenceFact {
  const { registeredAt, age = '0s', testedAt, problem, values, checklist, answers } = given;
  const registered = registeredAt === undefined ? now.getTime() - secondsOf(age) * 1_000 : Date.parse(registeredAt);
  const signer = signerOf(given.signer);
  return {
    ...{ id, kind, subjects: [subject], checksum: digestOf(id), registeredAt: new Date(registered).toISOString() },
    ...(testedAt !== undefined && { testedAt: new Date(testedAt).toISOString() }),
    ...(signer !== undefined && { signer }),
    ...(problem !== undefined && { problem }),
    attributes: { ...values, ...(checklist !== undefined && { checklist }) },
    ...(answers !== undefined && { answers }),
  };
}

function signerOf(given: GivenEvidence['signer']): SignerFact | undefined {
  if (given === null) return undefined;
  const { roles = [], purpose = given?.roles === undefined ? 'build' : 'person', name } = given ?? {};
  const principal = name ?? (purpose === 'person' ? `the ${roles.join(' and ') || 'person'}` : purpose);
  return { keyId: digestOf(`key of ${principal}`), principal, purpose, roles };
}
