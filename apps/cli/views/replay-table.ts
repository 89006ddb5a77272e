import { shortId } from '../../../core/ids.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import {
  type GateChange,
  type GateView,
  ReplayEffect,
  type ReplayedDecision,
  ReplayOutcome,
  type ReplayTotals,
} from '#gen/governance/v1/replay_pb.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable, type Row } from '../output/table.js';
import { instantOf, laneName, verdictMark } from '../output/words.js';
import type { Context } from '../program/context.js';
import { counted } from '../output/counted.js';

/** How many decisions people are shown; machines get all. */
const maxShown = 50;

/** The decisions that change or differ, each with a row for each gate or part. */
export function replayTable(changed: readonly ReplayedDecision[], context: Context): string {
  if (changed.length === 0) return 'no decision changes';
  const rows = changed.slice(0, maxShown).flatMap((decision) => rowsOf(decision, context));
  const table = renderTable(
    ['PROMOTION', 'WHEN', 'PRODUCT', 'LANE', 'EFFECT', 'GATE', 'BEFORE', 'AFTER', 'WHY'].map((title) =>
      context.terminal.colours.dim(title),
    ),
    rows,
  );
  const more = changed.length - maxShown;
  return more > 0 ? `${table}\nand ${String(more)} more decisions: -o json` : table;
}

function rowsOf(decision: ReplayedDecision, context: Context): readonly Row[] {
  const head = [
    `${shortId(decision.promotionId)}#${String(decision.round)}`,
    relativeTime(instantOf(decision.evaluatedAt), context.now()),
    decision.product,
    laneName(decision.lane),
    effectOf(decision, context),
  ];
  const parts: readonly Row[] = [
    ...(decision.refused === '' ? [] : [['', '', '', decision.refused]]),
    ...decision.gates.map((change) => changeCells(change, context)),
    ...decision.differences.map(({ part, recorded, replayed }) => [part, recorded, replayed, '']),
  ];
  const blank = head.map(() => '');
  return (parts.length === 0 ? [['', '', '', '']] : parts).map((cells, index) => [
    ...(index === 0 ? head : blank),
    ...cells,
  ]);
}

function effectOf({ effect, before, after }: ReplayedDecision, context: Context): string {
  const { colours } = context.terminal;
  switch (effect) {
    case ReplayEffect.BLOCKED:
      return colours.red('would be blocked');
    case ReplayEffect.LET_THROUGH:
      return colours.yellow('would be let through');
    case ReplayEffect.UNKNOWN:
      return colours.yellow('not known');
    case ReplayEffect.SAME:
      return before === after ? 'same' : `${ReplayOutcome[before]} → ${ReplayOutcome[after]}`;
    default:
      return colours.red('recorded otherwise');
  }
}

function changeCells({ gateId, before, after, missing }: GateChange, context: Context): Row {
  const why = missing.length > 0 ? `not read then: ${missing.join(', ')}` : (after ?? before)?.explanation;
  return [gateId, viewOf(before, 'not there', context), viewOf(after, 'left out', context), why ?? ''];
}

function viewOf(view: GateView | undefined, absent: string, { terminal: { colours } }: Context): string {
  if (view === undefined) return colours.dim(absent);
  const mark = view.verdict === Verdict.UNSPECIFIED ? colours.yellow('? UNKNOWN') : verdictMark(view.verdict, colours);
  return view.severity === Severity.ADVISORY ? `${mark} (advisory)` : mark;
}

/** One sentence about all decisions. */
export function totalsLine(totals: ReplayTotals, isProposed: boolean): string {
  const { decisions, blocked, letThrough, unknown, gatesChanged, differing } = totals;
  const all = `${counted(decisions, 'decision')} replayed`;
  if (!isProposed) return `${all}: ${differing === 0 ? 'all as recorded' : `${String(differing)} recorded otherwise`}`;
  return `${all}: ${String(blocked)} would be blocked, ${String(letThrough)} let through, ${String(unknown)} not known, ${String(gatesChanged)} the same with other gates`;
}
