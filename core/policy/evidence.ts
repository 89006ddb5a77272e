import type { Digest } from '../digest.js';
import { isInstant } from '../input.js';
import type { EvidenceFact, PolicyFacts } from './facts.js';
import type { EvidenceRule, SignerRule } from './model.js';

/** The tally of the evidence for one gate. */
export interface EvidenceTally {
  /** The newest items that count: for each subject, as many as the rule requires. */
  readonly accepted: readonly EvidenceFact[];
  /** Subjects without enough evidence, each with why the candidates do not count. */
  readonly missing: readonly string[];
  /** Epoch milliseconds at which the first accepted item becomes too old. */
  readonly expiresAt?: number;
  /** Set when a candidate was found damaged: that is an error, not absence. */
  readonly damaged?: string;
  /** Whether the rule has no subjects at all in this bundle. */
  readonly notApplicable: boolean;
}

/** What evidence has to be about. */
interface EvidenceSubject {
  readonly name: string;
  readonly digest: Digest;
}

/**
 * How much evidence of a kind a round reads of each signer about each subject, the newest first. More than any gate can
 * demand, and few enough that nobody makes a round long by attaching the same again and again.
 */
export const evidencePerSigner = 20;

/** What to add to the explanation of a gate when older evidence was not read. */
export function explainLeftOut(rule: EvidenceRule, { leftOut }: Pick<PolicyFacts, 'leftOut'>): string {
  const count = leftOut?.[rule.kind] ?? 0;
  return count === 0
    ? ''
    : `; ${String(count)} older ${rule.kind} left out: the newest ${String(evidencePerSigner)} of each signer count`;
}

/** Selects the evidence that a rule accepts: verified, trusted, about the right digest, recent enough. */
export function tallyEvidence(rule: EvidenceRule, facts: PolicyFacts, now: Date): EvidenceTally {
  const subjects = subjectsOf(rule, facts.bundle);
  const candidates = facts.evidence.filter((item) => item.kind === rule.kind);
  const accepted: EvidenceFact[] = [];
  const missing: string[] = [];
  let damaged: string | undefined;
  for (const subject of subjects) {
    const about = candidates.filter((item) => item.subjects.includes(subject.digest));
    const reasons: string[] = [];
    const good = about.filter((item) => {
      const why = whyNot(item, rule, now);
      if (why !== undefined) reasons.push(why);
      return why === undefined;
    });
    damaged ??= about.find((item) => item.problem !== undefined)?.problem;
    good.sort((a, b) => countedFrom(b) - countedFrom(a));
    accepted.push(...good.slice(0, rule.min));
    if (good.length < rule.min) missing.push(explainMissing(rule, subject, good.length, reasons, candidates));
  }
  const expiries =
    rule.maxAgeSeconds === undefined
      ? []
      : accepted.map((item) => countedFrom(item) + (rule.maxAgeSeconds ?? 0) * 1_000);
  return {
    accepted,
    missing,
    notApplicable: subjects.length === 0,
    ...(expiries.length > 0 && { expiresAt: Math.min(...expiries) }),
    ...(damaged !== undefined && { damaged }),
  };
}

/** What a rule wants evidence about. */
function subjectsOf({ per }: EvidenceRule, { digest, artifacts }: PolicyFacts['bundle']): readonly EvidenceSubject[] {
  if (per === 'bundle') return [{ name: 'the bundle', digest }];
  return per === 'artifact' ? artifacts : artifacts.filter(({ kind }) => kind === per);
}

function whyNot(item: EvidenceFact, rule: EvidenceRule, now: Date): string | undefined {
  if (item.problem !== undefined) return item.problem;
  if (item.signer === undefined) return 'it is not signed by an enrolled key';
  if (!trusted(item.signer, rule.signers)) return `its signer ${item.signer.principal} is not trusted for this gate`;
  const wrongTime = whyNotItsTime(item);
  if (wrongTime !== undefined) return wrongTime;
  const age = now.getTime() - countedFrom(item);
  if (rule.maxAgeSeconds !== undefined && age >= rule.maxAgeSeconds * 1_000) {
    const what = countedFrom(item) < Date.parse(item.registeredAt) ? 'its tests ran' : 'it was registered';
    return `${what} ${ageText(age / 1_000)} ago, but at most ${ageText(rule.maxAgeSeconds)} is allowed`;
  }
  return undefined;
}

/** How far the clock of a tester may be ahead of ours. */
export const maxSkewMs = 60_000;

function whyNotItsTime({ testedAt, registeredAt }: EvidenceFact): string | undefined {
  if (testedAt === undefined) return undefined;
  const time = isInstant(testedAt) ? Date.parse(testedAt) : Number.NaN;
  if (Number.isNaN(time)) return `${JSON.stringify(testedAt)} is not the time of a test`;
  if (time > Date.parse(registeredAt) + maxSkewMs)
    return `it claims that its tests ran at ${testedAt}, after it was registered at ${registeredAt}`;
  return undefined;
}

/** From when the age of evidence counts: from the older of its registration and its tests. */
function countedFrom({ registeredAt, testedAt }: EvidenceFact): number {
  const registered = Date.parse(registeredAt);
  return testedAt === undefined ? registered : Math.min(registered, Date.parse(testedAt));
}

function trusted(signer: NonNullable<EvidenceFact['signer']>, rule: SignerRule): boolean {
  if (signer.purpose !== 'person') return rule.purposes?.includes(signer.purpose) ?? false;
  return signer.roles.some((role) => rule.roles?.includes(role) ?? false);
}

function explainMissing(
  rule: EvidenceRule,
  subject: EvidenceSubject,
  found: number,
  reasons: readonly string[],
  candidates: readonly EvidenceFact[],
): string {
  const wanted = rule.min === 1 ? `no ${rule.kind}` : `${found} of ${rule.min} ${rule.kind}`;
  const why = [...new Set(reasons)];
  const elsewhere =
    candidates.length > 0 && reasons.length === 0 ? ['the evidence that exists is about another digest'] : [];
  const because = [...why, ...elsewhere];
  return `${wanted} for ${subject.name} (${subject.digest.slice(7, 19)})${because.length > 0 ? `: ${because.join('; ')}` : ''}`;
}

function ageText(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds)} s`;
}
