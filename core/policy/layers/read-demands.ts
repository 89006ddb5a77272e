import type { ApprovalRule, ChecklistRule, EvidenceDemand, SignerRule, WaiverTerms } from '../demands.js';
import type { Gate } from '../model.js';
import { type EvidenceFile, type GateProblem, type MergedGate, secondsOf } from './gate-file.js';

/** What a gate demands, but for its rule. */
export type Demands = Omit<
  Gate,
  'id' | 'type' | 'lanes' | 'kinds' | 'severity' | 'enforceFrom' | 'rule' | 'message' | 'titles'
>;

/** What a gate demands, as evaluation takes it, and what is missing in it. */
export function demandsOf(
  gate: MergedGate,
  roleOf: (role: string) => string,
): { readonly demands: Demands; readonly problems: readonly GateProblem[] } {
  const reading = new Reading(gate.id, roleOf);
  const demands: Demands = {
    ...optional('evidence', gate.evidence && reading.evidence(gate.evidence, ['evidence'])),
    ...optional('approvals', gate.approvals && reading.approvals(gate.approvals)),
    ...optional(
      'commits',
      gate.commits && { firstRelease: 'released-commit', signatures: 'optional', ...gate.commits },
    ),
    ...optional('soak', gate.soak && reading.soak(gate.soak)),
    ...optional('window', gate.window && reading.window(gate.window)),
    ...optional('metric', gate.metric && reading.metric(gate.metric)),
    ...optional('predecessors', gate.predecessors && reading.predecessors(gate.predecessors)),
    ...optional('checklist', gate.checklist && reading.checklist(gate.checklist)),
    ...optional('artifacts', gate.artifacts && reading.artifacts(gate.artifacts)),
    ...optional('waiver', gate.waiver && reading.waiver(gate.waiver)),
  };
  return { demands, problems: reading.problems };
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}

class Reading {
  readonly problems: GateProblem[] = [];
  readonly #gate: string;
  readonly #roleOf: (role: string) => string;

  constructor(gate: string, roleOf: (role: string) => string) {
    this.#gate = gate;
    this.#roleOf = roleOf;
  }

  /** The value, or a problem that it is missing. */
  #need<T>(value: T | undefined, path: readonly string[], fallback: T): T {
    if (value === undefined) this.#refuse(path, `has no ${path.join('.')}; expected one`);
    return value ?? fallback;
  }

  #refuse(path: readonly string[], text: string): void {
    this.problems.push({ path: path.slice(0, -1), text: `gate ${this.#gate} ${text}` });
  }

  #roles(roles: readonly string[]): readonly string[] {
    return [...new Set(roles.map(this.#roleOf))];
  }

  #signers(signers: SignerRule | undefined, path: readonly string[]): SignerRule {
    const { purposes, roles } = this.#need(signers, path, {});
    if (signers !== undefined && purposes === undefined && roles === undefined)
      this.#refuse([...path, 'roles'], `trusts nobody: ${path.join('.')} has neither purposes nor roles`);
    return { ...optional('purposes', purposes), ...optional('roles', roles && this.#roles(roles)) };
  }

  evidence(file: EvidenceFile, path: readonly string[]): EvidenceDemand {
    const { allOf, anyOf, ...leaf } = file;
    const forms = [allOf, anyOf, leaf.kind].filter((form) => form !== undefined).length;
    if (forms > 1) {
      const name = path.join('.');
      this.#refuse([...path, 'kind'], `has more than one of ${name}.kind, .allOf and .anyOf; set the others to null`);
    }
    const group = (members: readonly EvidenceFile[]) => members.map((one) => this.evidence(one, path));
    if (allOf !== undefined) return { allOf: group(allOf) };
    if (anyOf !== undefined) return { anyOf: group(anyOf) };
    return {
      kind: this.#need(leaf.kind, [...path, 'kind'], ''),
      per: this.#need(leaf.per, [...path, 'per'], 'bundle'),
      signers: this.#signers(leaf.signers, [...path, 'signers']),
      min: leaf.min ?? 1,
      ...optional('maxAgeSeconds', seconds(leaf.maxAge)),
    };
  }

  approvals(file: NonNullable<MergedGate['approvals']>): ApprovalRule {
    const { count, roles, allOf, distinctRoles = false, separation, countForAgents } = file;
    if (roles === undefined && allOf === undefined)
      this.#refuse(['approvals', 'roles'], 'has no approvals.roles; expected some, or approvals.allOf');
    const rule: ApprovalRule = {
      count: this.#need(count, ['approvals', 'count'], 1),
      roles: this.#roles([...(roles ?? []), ...(allOf ?? [])]),
      distinctRoles,
      separation: separation ?? ['requester', 'author'],
      ...optional('allOf', allOf && this.#roles(allOf)),
      ...optional('countForAgents', countForAgents),
    };
    if (distinctRoles && rule.count > rule.roles.length)
      this.#refuse(
        ['approvals', 'count'],
        `can never pass: it needs ${String(rule.count)} approvals of different roles, and names ${String(rule.roles.length)}`,
      );
    return rule;
  }

  soak(file: NonNullable<MergedGate['soak']>): NonNullable<Gate['soak']> {
    const lane = this.#need(file.lane, ['soak', 'lane'], 'bronze');
    return { lane, forSeconds: secondsOf(this.#need(file.for, ['soak', 'for'], '1s')) };
  }

  window({ zone, open, closed }: NonNullable<MergedGate['window']>): NonNullable<Gate['window']> {
    const given = this.#need(zone, ['window', 'zone'], 'UTC');
    if (!isZone(given)) this.#refuse(['window', 'zone', ''], `has no such time zone: ${given}; expected an IANA name`);
    if (open === undefined && closed === undefined)
      this.#refuse(['window', 'open'], 'has neither window.open nor window.closed');
    for (const span of open ?? [])
      if (span.from >= span.to) this.#refuse(['window', 'open', ''], `opens at ${span.from} and closes at ${span.to}`);
    for (const period of closed ?? [])
      if (!isDate(period.from) || !isDate(period.to) || period.from >= period.to)
        this.#refuse(['window', 'closed', ''], `is closed from ${period.from} to ${period.to}, which is no period`);
    return { zone: given, ...optional('open', open), ...optional('closed', closed) };
  }

  metric(file: NonNullable<MergedGate['metric']>): NonNullable<Gate['metric']> {
    const { name, statistic = 'newest', over, minSamples = 1, atMost, atLeast, baseline, signers } = file;
    if (atMost === undefined && atLeast === undefined && baseline === undefined)
      this.#refuse(['metric', 'atMost'], 'compares its metric with nothing: expected atMost, atLeast or baseline');
    if (baseline !== undefined && baseline.atMostTimes === undefined && baseline.atLeastTimes === undefined)
      this.#refuse(['metric', 'baseline', 'atMostTimes'], 'has a baseline without atMostTimes or atLeastTimes');
    return {
      ...{ name: this.#need(name, ['metric', 'name'], ''), statistic, minSamples },
      ...optional('overSeconds', seconds(over)),
      ...optional('atMost', atMost),
      ...optional('atLeast', atLeast),
      ...optional('baseline', baseline),
      signers: this.#signers(signers, ['metric', 'signers']),
    };
  }

  predecessors({ of, atLeast }: NonNullable<MergedGate['predecessors']>): NonNullable<Gate['predecessors']> {
    const lanes = this.#need(of, ['predecessors', 'of'], []);
    if (atLeast !== undefined && atLeast > lanes.length)
      this.#refuse(
        ['predecessors', 'atLeast'],
        `can never pass: it needs ${String(atLeast)} of ${String(lanes.length)} predecessors`,
      );
    return { atLeast: atLeast ?? lanes.length, of: lanes };
  }

  checklist(file: NonNullable<MergedGate['checklist']>): ChecklistRule {
    const questions = this.#need(file.questions, ['checklist', 'questions'], []);
    const ids = questions.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) this.#refuse(['checklist', 'questions', ''], `asks the question ${twice} twice`);
    return {
      questions: questions.map(({ id, ask, answer }) => ({ id, ask, answer: answer ?? { const: true } })),
      roles: this.#roles(this.#need(file.roles, ['checklist', 'roles'], [])),
      count: file.count ?? 1,
      ...optional('maxAgeSeconds', seconds(file.maxAge)),
    };
  }

  artifacts(file: NonNullable<MergedGate['artifacts']>): NonNullable<Gate['artifacts']> {
    const { kind, keys, phase, state = 'ACCEPTED', min, share = 1 } = file;
    return {
      ...{ kind: this.#need(kind, ['artifacts', 'kind'], 'INCREMENT'), state, min: min ?? keys?.length ?? 1, share },
      ...optional('keys', keys),
      ...optional('phase', phase),
    };
  }

  waiver(file: NonNullable<MergedGate['waiver']>): WaiverTerms {
    const { allowed = false, longest, roles, renewals = 0, remindBefore, reReviewAfter } = file;
    return {
      ...{ allowed, renewals },
      ...optional('longestSeconds', seconds(longest)),
      ...optional('roles', roles && this.#roles(roles)),
      ...optional('remindBeforeSeconds', seconds(remindBefore)),
      ...optional('reReviewAfterSeconds', seconds(reReviewAfter)),
    };
  }
}

function seconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : secondsOf(duration);
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The enrolled roles that demands name. */
export function rolesIn({ evidence, metric, approvals, checklist, waiver }: Demands): ReadonlySet<string> {
  const signersOf = (demand: EvidenceDemand): readonly string[] =>
    'kind' in demand
      ? (demand.signers.roles ?? [])
      : ('allOf' in demand ? demand.allOf : demand.anyOf).flatMap((one) => signersOf(one));
  return new Set([
    ...(evidence === undefined ? [] : signersOf(evidence)),
    ...(metric?.signers.roles ?? []),
    ...(approvals?.roles ?? []),
    ...(checklist?.roles ?? []),
    ...(waiver?.roles ?? []),
  ]);
}
