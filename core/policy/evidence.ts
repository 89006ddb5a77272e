import type { Digest } from '../digest.js';
import { isInstant } from '../input.js';
import { evidenceOfKind } from './evidence-index.js';
import type { EvidenceFact, PolicyFacts } from './facts.js';
import type { EvidenceDemand, EvidenceRule, SignerRule } from './demands.js';
import type { Gate } from './model.js';

/** The tally of the evidence for one gate. */
export interface EvidenceTally {
  /** The newest items that count: for each subject, as many as the rule requires. */
  readonly accepted: readonly EvidenceFact[];
  /** Subjects without enough evidence, each with why the candidates do not count. */
  readonly missing: readonly string[];
  /** What each of them lacks. */
  readonly lacking: readonly EvidenceRule[];
  /** Epoch milliseconds at which the first accepted item becomes too old. */
  readonly expiresAt?: number;
  /** Set when a candidate was found damaged: that is an error, not absence. */
  readonly damaged?: string;
  /** Whether the rule has no subjects at all in this bundle. */
  readonly notApplicable: boolean;
  /** Of groups any of which will do, each that is complete, in their order. */
  readonly alternatives?: readonly EvidenceTally[];
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

/** The kind of evidence that carries values of metrics. */
export const metricKind = 'metric';

/** The kind of evidence that carries answers to questions. */
export const checklistKind = 'checklist';

/** The kinds of evidence that a gate reads. */
export function evidenceKindsOf({ evidence, metric, checklist }: Pick<Gate, 'evidence' | 'metric' | 'checklist'>) {
  return [
    ...(evidence === undefined ? [] : rulesIn(evidence).map(({ kind }) => kind)),
    ...(metric === undefined ? [] : [metricKind]),
    ...(checklist === undefined ? [] : [checklistKind]),
  ];
}

/** The kinds that a demand is made of. */
function rulesIn(demand: EvidenceDemand): readonly EvidenceRule[] {
  if ('kind' in demand) return [demand];
  return ('allOf' in demand ? demand.allOf : demand.anyOf).flatMap(rulesIn);
}

/** What to add to the explanation of a gate when older evidence was not read. */
export function explainLeftOut(demand: EvidenceDemand, { leftOut }: Pick<PolicyFacts, 'leftOut'>): string {
  if (leftOut === undefined) return '';
  return [...new Set(rulesIn(demand).map(({ kind }) => kind))]
    .map((kind) => ({ kind, count: leftOut[kind] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(
      ({ kind, count }) =>
        `; ${String(count)} older ${kind} left out: the newest ${String(evidencePerSigner)} of each signer count`,
    )
    .join('');
}

/** Selects the evidence that a demand accepts. Of groups any of which will do, the first that is complete counts. */
export function tallyEvidence(demand: EvidenceDemand, facts: PolicyFacts, now: Date): EvidenceTally {
  if ('kind' in demand) return tallyKind(demand, facts, now);
  if ('allOf' in demand) return all(demand.allOf.map((one) => tallyEvidence(one, facts, now)));
  return any(demand.anyOf.map((one) => tallyEvidence(one, facts, now)));
}

function all(tallies: readonly EvidenceTally[]): EvidenceTally {
  const counted = tallies.filter(({ notApplicable }) => !notApplicable);
  const damaged = counted.find((tally) => tally.damaged !== undefined)?.damaged;
  const expiries = counted.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]));
  return {
    accepted: counted.flatMap(({ accepted }) => accepted),
    missing: counted.flatMap(({ missing }) => missing),
    lacking: counted.flatMap(({ lacking }) => lacking),
    notApplicable: counted.length === 0,
    ...(expiries.length > 0 && { expiresAt: Math.min(...expiries) }),
    ...(damaged !== undefined && { damaged }),
  };
}

function any(tallies: readonly EvidenceTally[]): EvidenceTally {
  const counted = tallies.filter(({ notApplicable }) => !notApplicable);
  const complete = counted.filter(({ missing }) => missing.length === 0);
  if (complete[0] !== undefined) return { ...complete[0], alternatives: complete };
  const { missing: _missing, ...together } = all(counted);
  const ways = counted.map(({ missing }) => missing.join(' and '));
  return { ...together, missing: ways.length === 0 ? [] : [`one of these is needed: ${ways.join(', or ')}`] };
}

/** Selects the evidence of one kind about each of its subjects. */
function tallyKind(rule: EvidenceRule, facts: PolicyFacts, now: Date): EvidenceTally {
  const subjects = subjectsOf(rule, facts.bundle);
  const candidates = evidenceOfKind(facts.evidence, rule.kind);
  const accepted: EvidenceFact[] = [];
  const missing: string[] = [];
  let damaged: string | undefined;
  for (const subject of subjects) {
    const { good, reasons, damaged: found } = selectAmong(rule, candidates.about(subject.digest), now);
    damaged ??= found;
    for (const item of good.slice(0, rule.min)) accepted.push(item);
    if (good.length < rule.min) missing.push(explainMissing(rule, subject, good.length, reasons, candidates.all));
  }
  const expiries = rule.maxAgeSeconds === undefined ? [] : accepted.map((item) => expiryOf(item, rule) ?? Infinity);
  return {
    accepted,
    missing,
    lacking: missing.length > 0 ? [rule] : [],
    notApplicable: subjects.length === 0,
    ...(expiries.length > 0 && { expiresAt: Math.min(...expiries) }),
    ...(damaged !== undefined && { damaged }),
  };
}

/** Epoch milliseconds at which evidence becomes too old; undefined where its age does not matter. */
export function expiryOf(
  item: EvidenceFact,
  { maxAgeSeconds }: Pick<EvidenceRule, 'maxAgeSeconds'>,
): number | undefined {
  return maxAgeSeconds === undefined ? undefined : countedFrom(item) + maxAgeSeconds * 1_000;
}

/** The evidence of one kind about one subject. */
export interface SelectedEvidence {
  /** What counts, the newest first: verified, trusted, recent enough. */
  readonly good: readonly EvidenceFact[];
  /** Why the rest does not. */
  readonly reasons: readonly string[];
  /** Set when one was found damaged. */
  readonly damaged?: string;
}

/** Selects among evidence of one kind what counts about a subject. */
export function selectEvidence(
  rule: Pick<EvidenceRule, 'maxAgeSeconds' | 'signers'>,
  subject: Digest,
  candidates: readonly EvidenceFact[],
  now: Date,
): SelectedEvidence {
  return selectAmong(
    rule,
    candidates.filter((item) => item.subjects.includes(subject)),
    now,
  );
}

function selectAmong(
  rule: Pick<EvidenceRule, 'maxAgeSeconds' | 'signers'>,
  about: readonly EvidenceFact[],
  now: Date,
): SelectedEvidence {
  const reasons: string[] = [];
  const good: EvidenceFact[] = [];
  for (const item of about) {
    const why = whyNot(item, rule, now);
    if (why === undefined) good.push(item);
    else reasons.push(why);
  }
  if (good.length > 1) good.sort((a, b) => countedFrom(b) - countedFrom(a));
  const damaged = about.find((item) => item.problem !== undefined)?.problem;
  return { good, reasons: [...new Set(reasons)], ...(damaged !== undefined && { damaged }) };
}

/** What a rule wants evidence about. */
function subjectsOf({ per }: EvidenceRule, { digest, artifacts }: PolicyFacts['bundle']): readonly EvidenceSubject[] {
  if (per === 'bundle') return [{ name: 'the bundle', digest }];
  return per === 'artifact' ? artifacts : artifacts.filter(({ kind }) => kind === per);
}

function whyNot(
  item: EvidenceFact,
  rule: Pick<EvidenceRule, 'maxAgeSeconds' | 'signers'>,
  now: Date,
): string | undefined {
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
  const elsewhere =
    candidates.length > 0 && reasons.length === 0 ? ['the evidence that exists is about another digest'] : [];
  const because = [...reasons, ...elsewhere];
  return `${wanted} for ${subject.name} (${subject.digest.slice(7, 19)})${because.length > 0 ? `: ${because.join('; ')}` : ''}`;
}

/** An age in words. */
export function ageText(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds)} s`;
}
