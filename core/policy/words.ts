import type { EvidenceDemand, SignerRule } from './demands.js';
import { durationText } from './duration-text.js';
import type { Gate } from './model.js';
import { type RoleTitles, rolesWords } from './role-words.js';
import type { TermName } from './terms/names.js';

/** One thing that a gate demands, in words. */
export interface DemandWords {
  readonly term: TermName;
  readonly words: string;
}

/** Everything that a gate demands, in the order in which it is judged. */
export function wordsOfDemands(gate: Gate): readonly DemandWords[] {
  const { evidence, rule, commits, metric, artifacts, predecessors, soak, window, checklist, approvals, titles } = gate;
  const demands: readonly (DemandWords | undefined)[] = [
    evidence && { term: 'evidence', words: wordsOfEvidence(evidence, titles) },
    rule === undefined ? undefined : { term: 'rule', words: rule },
    commits?.signatures === 'required'
      ? { term: 'signatures', words: 'every commit is signed by its people' }
      : undefined,
    metric && { term: 'metric', words: wordsOfMetric(metric) },
    artifacts && { term: 'artifacts', words: wordsOfArtifacts(artifacts) },
    predecessors && { term: 'predecessors', words: wordsOfPredecessors(predecessors) },
    soak && { term: 'soak', words: `live in ${soak.lane} for ${durationText(soak.forSeconds * 1_000)}` },
    window && { term: 'window', words: wordsOfWindow(window) },
    checklist && {
      term: 'checklist',
      words: `${String(checklist.questions.length)} questions answered by ${String(checklist.count)} of ${rolesWords(checklist.roles, titles)}`,
    },
    approvals && { term: 'approvals', words: wordsOfApprovals(approvals, titles) },
  ];
  return demands.filter((demand) => demand !== undefined);
}

function wordsOfEvidence(demand: EvidenceDemand, titles: RoleTitles | undefined): string {
  if ('allOf' in demand) return demand.allOf.map((one) => inBrackets(one, titles)).join(' and ');
  if ('anyOf' in demand) return demand.anyOf.map((one) => inBrackets(one, titles)).join(' or ');
  const { kind, per, min, maxAgeSeconds, signers } = demand;
  const count = min === 1 ? '' : `${String(min)} `;
  const about = per === 'bundle' ? 'about the bundle' : `about each ${per}`;
  const age = maxAgeSeconds === undefined ? '' : `, at most ${durationText(maxAgeSeconds * 1_000)} old`;
  return `${count}${kind} ${about}, signed by ${wordsOfSigners(signers, titles)}${age}`;
}

function inBrackets(demand: EvidenceDemand, titles: RoleTitles | undefined): string {
  return 'kind' in demand ? wordsOfEvidence(demand, titles) : `(${wordsOfEvidence(demand, titles)})`;
}

function wordsOfSigners({ purposes = [], roles = [] }: SignerRule, titles: RoleTitles | undefined): string {
  const keys = purposes.map((purpose) => `a key for ${purpose}`);
  return [...keys, ...(roles.length > 0 ? [`one of ${rolesWords(roles, titles)}`] : [])].join(' or ');
}

function wordsOfMetric({
  name,
  statistic,
  overSeconds,
  atMost,
  atLeast,
  baseline,
}: NonNullable<Gate['metric']>): string {
  const over = overSeconds === undefined ? '' : ` over ${durationText(overSeconds * 1_000)}`;
  const lane = baseline?.lane ?? 'the lane';
  const limits = [
    ...(atMost === undefined ? [] : [`at most ${String(atMost)}`]),
    ...(atLeast === undefined ? [] : [`at least ${String(atLeast)}`]),
    ...(baseline?.atMostTimes === undefined
      ? []
      : [`at most ${String(baseline.atMostTimes)} times that of what is live in ${lane}`]),
    ...(baseline?.atLeastTimes === undefined
      ? []
      : [`at least ${String(baseline.atLeastTimes)} times that of what is live in ${lane}`]),
  ];
  return `${statistic} ${name}${over}: ${limits.join(', ')}`;
}

function wordsOfArtifacts({ kind, keys, phase, state, min, share }: NonNullable<Gate['artifacts']>): string {
  const which = keys === undefined ? `at least ${String(min)}` : keys.join(', ');
  const part = share === 1 ? 'all' : `${String(Math.round(share * 100))} %`;
  return `${kind.toLowerCase().replaceAll('_', ' ')}${phase === undefined ? '' : ` of phase ${phase}`} (${which}), ${part} of them ${state}`;
}

function wordsOfPredecessors({ atLeast, of }: NonNullable<Gate['predecessors']>): string {
  const lanes = of.map(({ lane, product }) => (product === undefined ? `live in ${lane}` : `${product} in ${lane}`));
  return `${String(atLeast)} of: ${lanes.join(', ')}`;
}

function wordsOfWindow({ zone, open, closed = [] }: NonNullable<Gate['window']>): string {
  const times = (open ?? []).map(
    ({ days, from, to }) => `${days === undefined ? 'every day' : days.join(' ')} ${from}–${to}`,
  );
  const dates = closed.map(({ from, to }) => `${from} to ${to}`);
  return [
    ...(times.length > 0 ? [`open ${times.join(', ')}`] : []),
    ...(dates.length > 0 ? [`closed ${dates.join(', ')}`] : []),
    zone,
  ].join('; ');
}

function wordsOfApprovals(
  { count, roles, allOf, distinctRoles, separation }: NonNullable<Gate['approvals']>,
  titles: RoleTitles | undefined,
): string {
  const each = allOf === undefined ? '' : `, each of ${rolesWords(allOf, titles)} among them`;
  const distinct = distinctRoles ? ', each of a different role' : '';
  const not = separation.length > 0 ? `; never the ${separation.join(' or an ')}` : '';
  return `${String(count)} of ${rolesWords(roles, titles)}${distinct}${each}${not}`;
}
