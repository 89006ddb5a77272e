import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hexOf } from '../../core/digest.js';
import type { CrashStack } from '../support/crash-stack.js';
import type { CrashedPromotion } from './promotions.js';
import type { CrashedRelease } from './scene.js';
import { promotionEvents, releaseEvents } from '../support/event-tables.js';

/** The effects of a promotion, counted where they are visible. */
export interface Effects {
  /** Processes that the router started for the bundle in the lane. */
  readonly starts: number;
  readonly switches: number;
  /** `from → to` of each recorded transition, in order. */
  readonly transitions: readonly string[];
  /** How many events of each other type are in the log. */
  readonly events: Readonly<Record<string, number>>;
  /** How many attestations of each kind its run produced. */
  readonly attestations: Readonly<Record<string, number>>;
}

const afterGates = ['QUEUED → GUARDING', 'GUARDING → DEPLOYING', 'DEPLOYING → VERIFYING', 'VERIFYING → LIVE'];

/** The effects of a promotion that went live, each once. `decisions` counts the signed request and the approvals. */
export function onceEach(path: readonly string[], decisions: number): Effects {
  return {
    starts: 1,
    switches: 1,
    transitions: [...path, ...afterGates],
    events: { 'promotion.requested': 1, 'decision.recorded': decisions, 'lane.granted': 1, 'alias.switched': 1 },
    attestations: { decision: decisions, promotion: 1, 'verification-summary': 1 },
  };
}

/** Counts the effects of a promotion. */
export async function effectsOf(stack: CrashStack, promotion: CrashedPromotion): Promise<Effects> {
  const { id, product, lane, bundle } = promotion;
  const log = join(stack.stack.dataDir, 'logs', 'services', `${product}-${lane}-web-${hexOf(bundle).slice(0, 12)}.log`);
  const switches = await stack.rows('select 1 from alias_switches where promotion_id = $1', id);
  const moves = await stack.rows<{ from: string; to: string }>(
    `select data->>'from' as "from", data->>'to' as "to" from ${promotionEvents} e where promotion_id = $1 and type = 'promotion.transitioned' order by id`,
    id,
  );
  const others = await stack.rows<{ type: string; count: number }>(
    `select type, count(*)::int as count from ${promotionEvents} e where promotion_id = $1 and type <> 'promotion.transitioned' group by type`,
    id,
  );
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  return {
    starts: lines.filter((line) => line === 'started').length,
    switches: switches.length,
    transitions: moves.map(({ from, to }) => `${from} → ${to}`),
    events: Object.fromEntries(others.map(({ type, count }) => [type, count])),
    attestations: await attestationsOf(stack, id),
  };
}

/** Counts the attestations of each kind that a release or the run of a promotion produced. */
export async function attestationsOf(stack: CrashStack, runId: string): Promise<Record<string, number>> {
  const rows = await stack.rows<{ kind: string; count: number }>(
    `select kind, count(*)::int as count from attestations
      where produced_by_run like '%/' || coalesce((select first_run_id from promotions where id = $1), $1) group by kind`,
    runId,
  );
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

/** What a release produced: its events, the steps that ended more than once on record, attestations and bundles. */
export async function releaseEffects(
  stack: CrashStack,
  release: CrashedRelease,
): Promise<{
  events: readonly string[];
  repeatedSteps: readonly unknown[];
  attestations: Record<string, number>;
  bundles: number;
}> {
  const events = await stack.rows<{ type: string }>(
    `select type from ${releaseEvents} e where release_id = $1 and type <> 'release.step-ended' order by id`,
    release.id,
  );
  const repeatedSteps = await stack.rows(
    `select data->>'step' as step from ${releaseEvents} e where release_id = $1 and type = 'release.step-ended'
      group by 1 having count(*) > 1`,
    release.id,
  );
  const bundles = await stack.rows('select 1 from bundles where release_id = $1', release.id);
  return {
    events: events.map(({ type }) => type),
    repeatedSteps,
    attestations: await attestationsOf(stack, release.id),
    bundles: bundles.length,
  };
}
