import type { Digest } from '../../digest.js';
import { shortId } from '../../ids.js';
import { howToMeasure } from '../attach-command.js';
import type { MetricRule } from '../demands.js';
import { expiryOf, metricKind, selectEvidence } from '../evidence.js';
import type { EvidenceFact } from '../facts.js';
import type { JudgeTerm, TermResult } from './term.js';

/** Whether a metric of the bundle is what it has to be, by itself and beside that of the bundle that is live. */
export const judgeMetric: JudgeTerm = ({ metric, titles }, { facts, now }) => {
  if (metric === undefined) return undefined;
  const measure = howToMeasure(metric, '{bundle}', titles);
  const found = query(metric, facts.bundle.digest, facts.evidence, now);
  if ('verdict' in found) return { ...found, next: measure };
  const judged = (all: Found, limits: readonly Limit[]) =>
    judgedBy(metric, all, limits, `release one that keeps to it, or, measured again, ${measure}`);
  const limits = limitsOf(metric, found.value);
  if (metric.baseline === undefined) return judged(found, limits);
  const lane = metric.baseline.lane ?? facts.lane;
  const live = facts.baselines?.[lane];
  if (live === undefined)
    return judged(found, [...limits, { holds: true, words: `nothing is live in ${lane} to compare with` }]);
  const before = query(metric, live.bundle, live.evidence, now);
  if ('verdict' in before)
    return {
      ...before,
      explanation: `of what is live in ${lane}: ${before.explanation}`,
      next: howToMeasure(metric, shortId(live.bundle), titles),
      reliedOn: [...found.reliedOn, ...before.reliedOn],
    };
  return judged({ ...found, reliedOn: [...found.reliedOn, ...before.reliedOn], recheckAt: earlier(found, before) }, [
    ...limits,
    ...comparisonsWith(metric.baseline, found.value, before.value, lane),
  ]);
};

interface Found extends Pick<TermResult, 'reliedOn'> {
  readonly value: number;
  readonly recheckAt: string | undefined;
}

interface Limit {
  readonly holds: boolean;
  readonly words: string;
}

/** The statistic over the values that count, or why there is none. */
function query(rule: MetricRule, bundle: Digest, evidence: readonly EvidenceFact[], now: Date): Found | TermResult {
  const age = rule.overSeconds === undefined ? {} : { maxAgeSeconds: rule.overSeconds };
  const candidates = evidence.filter(({ kind, attributes, problem }) => {
    return kind === metricKind && (problem !== undefined || rule.name in attributes);
  });
  const { good, reasons, damaged } = selectEvidence({ ...age, signers: rule.signers }, bundle, candidates, now);
  const reliedOn = good.map(({ id }) => ({ kind: 'evidence' as const, id }));
  if (damaged !== undefined) return { verdict: 'ERROR', explanation: damaged, waitsFor: 'evidence', reliedOn };
  const values = good.map(({ attributes }) => attributes[rule.name]);
  const wrong = values.find((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (wrong !== undefined)
    return {
      verdict: 'ERROR',
      explanation: `${rule.name} is ${JSON.stringify(wrong)}, no number`,
      waitsFor: 'evidence',
      reliedOn,
    };
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < rule.minSamples) {
    const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
    const explanation = `${String(numbers.length)} of ${String(rule.minSamples)} values of ${rule.name}${why}`;
    return { verdict: 'PENDING', explanation, waitsFor: 'evidence', reliedOn };
  }
  const expiries = good.flatMap((item) => expiryOf(item, age) ?? []);
  const recheckAt = expiries.length === 0 ? undefined : new Date(Math.min(...expiries)).toISOString();
  return { value: statisticOf(rule.statistic, numbers), reliedOn, recheckAt };
}

/** @param values the newest first, at least one */
function statisticOf(statistic: MetricRule['statistic'], values: readonly number[]): number {
  switch (statistic) {
    case 'newest':
      return values[0] ?? Number.NaN;
    case 'mean':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

function limitsOf({ atMost, atLeast }: MetricRule, value: number): readonly Limit[] {
  return [
    ...(atMost === undefined ? [] : [{ holds: value <= atMost, words: `at most ${String(atMost)} is allowed` }]),
    ...(atLeast === undefined ? [] : [{ holds: value >= atLeast, words: `at least ${String(atLeast)} is needed` }]),
  ];
}

function comparisonsWith(
  { atMostTimes, atLeastTimes }: NonNullable<MetricRule['baseline']>,
  value: number,
  before: number,
  lane: string,
): readonly Limit[] {
  const than = `the ${String(before)} of what is live in ${lane}`;
  return [
    ...(atMostTimes === undefined
      ? []
      : [{ holds: value <= before * atMostTimes, words: `at most ${String(atMostTimes)} times ${than} is allowed` }]),
    ...(atLeastTimes === undefined
      ? []
      : [{ holds: value >= before * atLeastTimes, words: `at least ${String(atLeastTimes)} times ${than} is needed` }]),
  ];
}

function judgedBy(
  rule: MetricRule,
  { value, reliedOn, recheckAt }: Found,
  limits: readonly Limit[],
  next: string,
): TermResult {
  const broken = limits.filter(({ holds }) => !holds);
  const words = (broken.length > 0 ? broken : limits).map((limit) => limit.words).join('; ');
  return {
    verdict: broken.length > 0 ? 'FAIL' : 'PASS',
    explanation: `${rule.statistic} ${rule.name} is ${String(value)}: ${words}`,
    reliedOn,
    ...(broken.length > 0 && { next, waitsFor: 'evidence' as const }),
    ...(recheckAt !== undefined && { recheckAt }),
  };
}

function earlier(a: Found, b: Found): string | undefined {
  return [a.recheckAt, b.recheckAt].filter((at) => at !== undefined).sort()[0];
}
